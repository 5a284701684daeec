/** Works on cells from a queue. */
import { createHash } from "node:crypto"
import { mkdirSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Event } from "../../pipeline/run/Progress.ts"
import * as Queue from "../../queue/index.ts"
import { visible } from "../../report/visible.ts"
import * as Workspace from "../../workspace/index.ts"
import { say } from "../output.ts"
import { queueAt } from "../queueAt.ts"
import { leaveSaying } from "../signals.ts"
import type { WorkerOptions } from "./options.ts"

/** One database a machine, user and queue: workers side by side share it, and one that is started again finds what it committed. */
const journalOf = (address: Queue.Address): string => {
  const name = createHash("sha256").update(JSON.stringify(address)).digest("hex").slice(0, 12)
  return path.join(tmpdir(), `assay-worker-${process.getuid?.() ?? "user"}`, name, "runs.db")
}

const lineOf = (event: Event): string | undefined => {
  const run = `${visible(event.run.variant)} · seed ${event.run.seed}`
  switch (event._tag) {
    case "RunStarted":
      return `${run}: begins`
    case "StageFinished":
      return `${run}: ${visible(event.stage)} done`
    case "RunFinished":
      return `${run}: done`
    case "RunFailed":
      return `${run}: failed: ${visible(event.message)}`
    default:
      return undefined
  }
}

const words = "The cells that were in hand go back to the queue."

export const worker = Effect.fn("worker")(function*(options: WorkerOptions) {
  const address = yield* queueAt(options.queue)
  const db = Option.getOrElse(options.journal, () => journalOf(address))
  mkdirSync(path.dirname(db), { recursive: true, mode: 0o700 })
  const write = (line: string | undefined) => {
    if (line !== undefined) process.stderr.write(`${line}\n`)
  }
  yield* say(`Worker ${process.pid} at ${Queue.shown(address)}, journal in ${db}.`)
  leaveSaying(words)
  yield* Queue.work(Workspace.at(db), {
    studies: options.studies,
    jobs: options.jobs,
    have: options.have,
    shared: Option.getOrUndefined(options.shared),
    idle: options.idle,
    say: write,
    listen: (event) => write(lineOf(event))
  }).pipe(
    Effect.provide(Queue.layer(address)),
    Effect.onInterrupt(() => say(words))
  )
  yield* say("Nothing is left to do.")
})
