/**
 * Signals. The first lets the running step end; who asks twice means it, and loses nothing that was committed.
 *
 * A terminal sends Ctrl-C to the launcher (bin/assay.js) and to this process, and the launcher passes on what it gets; the
 * command `timeout` signals a process and then its group. What comes both ways or at once is one press.
 */
import { setImmediate } from "node:timers/promises"
import * as Effect from "effect/Effect"

const names = ["SIGINT", "SIGTERM"] as const

type Name = typeof names[number]

const isName = (value: unknown): value is Name => names.some((name) => name === value)

/** No hand presses twice within this time, in milliseconds. */
const atOnce = 100

/** Counts presses on one of the two ways. */
const counter = () => {
  let [count, last] = [0, -Infinity]
  return {
    count: () => count,
    add: () => {
      const now = performance.now()
      if (now - last > atOnce) count += 1
      last = now
    }
  }
}

const direct = counter()
const passedOn = counter()
let heard = 0
let repeating = false
let lastWords: string | undefined

/**
 * Ends this process where it stands. An orderly exit would stop threads inside of ONNX Runtime, which brings the process
 * down with an abort; becoming another program that ends with 130 does not.
 */
const leave = (): void => {
  if (lastWords !== undefined) process.stderr.write(`${lastWords}\n`)
  if (process.platform !== "win32" && typeof process.execve === "function") {
    process.execve(process.execPath, [process.execPath, "-e", "process.exitCode = 130"], {})
  }
  process.kill(process.pid, "SIGKILL")
}

const hear = (): void => {
  const presses = Math.max(direct.count(), passedOn.count())
  if (presses <= heard) return
  heard = presses
  if (heard > 1) leave()
}

/** Listens to signals, and to those that the launcher passes on. To be called before anybody else listens. */
export const watchSignals = (): void => {
  for (const name of names) {
    process.on(name, () => {
      if (!repeating) direct.add()
      hear()
    })
  }
  process.on("message", (message: unknown) => {
    if (!isName(message)) return
    process.send?.("heard")
    passedOn.add()
    if (passedOn.count() <= direct.count()) return
    repeating = true
    process.emit(message, message)
    repeating = false
  })
  process.channel?.unref()
}

/** What a second signal says before it ends the process. */
export const leaveSaying = (words: string): void => {
  lastWords = words
}

let endsBySignal = false

/** Whether a signal is how the command ends when all is well, as that of a server is: its exit code is then 0. */
export const isEndBySignal = (): boolean => endsBySignal

/** From here on a signal is how the command ends when all is well. */
export const endBySignal = (): void => {
  endsBySignal = true
}

/**
 * From here on a signal ends the process at once, as it does by default: for work that cannot look up, and need not. One that came while
 * the program was loaded is heard before, for which the event loop has to go round: an immediate may run in the round that it is made in.
 */
export const endAtOnce = Effect.promise(async () => {
  for (let i = 0; i < 2; i++) await setImmediate()
}).pipe(
  Effect.andThen(Effect.sync(() => {
    for (const name of [...names, "message"]) process.removeAllListeners(name)
  }))
)
