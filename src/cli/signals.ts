/**
 * Signals. The first lets the running step end; who asks twice means it, and loses nothing that was committed.
 *
 * A terminal sends Ctrl-C to the launcher (bin/assay.js) and to this process, and the launcher passes on what it gets: a
 * press that comes both ways is one.
 */

const names = ["SIGINT", "SIGTERM"] as const

type Name = typeof names[number]

const isName = (value: unknown): value is Name => names.some((name) => name === value)

const direct: { [name in Name]: number } = { SIGINT: 0, SIGTERM: 0 }
const passedOn: { [name in Name]: number } = { SIGINT: 0, SIGTERM: 0 }
let heard = 0
let repeating = false

/**
 * Ends this process where it stands. An orderly exit would stop threads inside of ONNX Runtime, which brings the process
 * down with an abort; becoming another program that ends with 130 does not.
 */
const leave = (): void => {
  if (process.platform !== "win32" && typeof process.execve === "function") {
    process.execve("/bin/sh", ["sh", "-c", "exit 130"], {})
  }
  process.kill(process.pid, "SIGKILL")
}

const hear = (): void => {
  const presses = names.reduce((sum, name) => sum + Math.max(direct[name], passedOn[name]), 0)
  if (presses <= heard) return
  heard = presses
  if (heard > 1) leave()
}

/** Listens to signals, and to those that the launcher passes on. To be called before anybody else listens. */
export const watchSignals = (): void => {
  for (const name of names) {
    process.on(name, () => {
      if (!repeating) direct[name] += 1
      hear()
    })
  }
  process.on("message", (message: unknown) => {
    if (!isName(message)) return
    process.send?.("heard")
    passedOn[message] += 1
    if (passedOn[message] <= direct[message]) return
    repeating = true
    process.emit(message, message)
    repeating = false
  })
  process.channel?.unref()
}

/** From here on a signal ends the process at once, as it does by default: for work that cannot look up, and need not. */
export const endAtOnce = (): void => {
  for (const name of names) process.removeAllListeners(name)
}
