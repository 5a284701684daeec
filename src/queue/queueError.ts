/** What can be wrong with a queue, or with cells in it, in words that say what to do. */
import * as Data from "effect/Data"
import { type ExitCode, exits } from "../pipeline/Errors.ts"

export class QueueError extends Data.TaggedError("QueueError")<{
  /** "address": it is none; "away": nobody answers there; "refused": the cells are not for this worker. */
  readonly reason: "address" | "away" | "refused"
  readonly message: string
  readonly cause?: unknown
}> {
  get exitCode(): ExitCode {
    return this.reason === "address" ? exits.usage : this.reason === "refused" ? exits.invalid : exits.broke
  }
}
