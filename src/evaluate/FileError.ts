import * as Data from "effect/Data"

/** A file to be evaluated is not what it should be: `path` names it, `message` the field, the row and the remedy. */
export class FileError extends Data.TaggedError("FileError")<{
  readonly path: string
  readonly message: string
}> {}
