/** What can be wrong with data. */
import * as Data from "effect/Data"
import { exits } from "../pipeline/Errors.ts"

/**
 * Data cannot be used: `path` is the file (or the stage), `message` says which entry and field, why, and what to do.
 */
export class DataError extends Data.TaggedError("DataError")<{
  readonly path: string
  readonly message: string
  readonly cause?: unknown
}> {
  readonly exitCode = exits.invalid
}

/** What was thrown, where it is one; anything else is thrown on, for it is no fault of the data. */
export const asDataError = (cause: unknown): DataError => {
  if (cause instanceof DataError) return cause
  throw cause
}
