/** `--watch`: the same command again whenever a file of the study changes. */
import { type ChildProcess, spawn } from "node:child_process"
import { watch } from "node:fs"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Workspace from "../workspace/index.ts"
import { say } from "./output.ts"
import { endBySignal } from "./signals.ts"

/** Editors write a file in several goes, in milliseconds. */
const settling = 150

/** How long a command has to end in order before it is ended, in milliseconds. */
const patience = 10_000

/** Waits until one of the files changes. Folders are watched, as editors put another file in the place of the one before. */
const changed = (files: ReadonlyArray<string>): Effect.Effect<string> =>
  Effect.callback((resume) => {
    const wanted = new Set(files)
    let timer: NodeJS.Timeout | undefined
    const watchers = [...new Set(files.map((file) => path.dirname(file)))].map((folder) =>
      watch(folder, (_, name) => {
        const file = name === null ? undefined : path.join(folder, name)
        if (file === undefined || !wanted.has(file)) return
        clearTimeout(timer)
        timer = setTimeout(() => resume(Effect.succeed(file)), settling)
      }))
    return Effect.sync(() => {
      clearTimeout(timer)
      for (const watcher of watchers) watcher.close()
    })
  })

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => child.exitCode !== null || child.signalCode !== null ? resolve() : child.once("exit", () => resolve()))

/** The same words without `--watch`, in a process of its own: modules that were loaded stay as they were. */
const command = Effect.acquireRelease(
  Effect.sync(() => spawn(process.execPath, process.argv.slice(1).filter((word) => !/^--watch(=.*)?$/.test(word)), { stdio: "inherit" })),
  (child) =>
    Effect.promise(async () => {
      child.kill("SIGTERM")
      const timer = setTimeout(() => child.kill("SIGKILL"), patience)
      await ended(child)
      clearTimeout(timer)
    })
)

/** Until a signal ends it. What a change interrupts goes on from what it committed. */
export const watching = Effect.fn("watching")(function*(file: string) {
  endBySignal()
  let known: ReadonlyArray<string> = []
  for (;;) {
    known = (yield* Workspace.modulesOf(file)) ?? (known.length > 0 ? known : [path.resolve(file)])
    const change = yield* Effect.scoped(Effect.gen(function*() {
      const child = yield* command
      const over = Effect.andThen(
        Effect.promise(() => ended(child)),
        Effect.andThen(say(`Watching ${known.length} ${known.length === 1 ? "file" : "files"} of the study; Ctrl-C ends it.`), Effect.never)
      )
      return yield* Effect.raceFirst(changed(known), over)
    }))
    yield* say(`\n${path.relative("", change)} changed.`)
  }
})
