/** What can go wrong with a policy. */
import * as Data from "effect/Data"
import type { ExitCode } from "../pipeline/Errors.ts"

/**
 * A policy could not do what was asked: `operation` and `message` say what, where and what to do. `exitCode` is that of the
 * error behind it, such as 3 for a broken model folder.
 */
export class PolicyError extends Data.TaggedError("PolicyError")<{
  readonly operation: string
  readonly message: string
  readonly exitCode: ExitCode
  /** Whether the error behind it is one that every run would meet. */
  readonly everybodys?: boolean
  readonly cause?: unknown
}> {}
