/** What can go wrong with a program that trains. */
import * as Data from "effect/Data"
import type { ExitCode } from "../pipeline/Errors.ts"

/** The trainer could not be started, or ended before its time: `message` says how, what it said last and what to do. */
export class TrainerError extends Data.TaggedError("TrainerError")<{
  readonly message: string
  readonly exitCode: ExitCode
}> {}
