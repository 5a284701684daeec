import * as Data from "effect/Data"

/** Exit codes of the command. 0 is success; 130 (interrupted) comes from the signal. */
export const exitCodes = { stageFailed: 1, usage: 2, invalid: 3 } as const

/** What the user is told when a command cannot go on, and what the process exits with. */
export class Failure extends Data.TaggedError("Failure")<{
  readonly code: (typeof exitCodes)[keyof typeof exitCodes]
  /** One paragraph: what is wrong, where, and what to do. Empty when it has been said already. */
  readonly message: string
}> {}

export const usage = (message: string): Failure => new Failure({ code: exitCodes.usage, message })

export const invalid = (message: string): Failure => new Failure({ code: exitCodes.invalid, message })

/** Errors that mean a wrong word on the command line; all others mean a wrong study, file or machine. */
const isUsage = (error: { readonly _tag: string }): boolean =>
  error._tag === "UnknownPath" || (error._tag === "StoreError" && "reason" in error && error.reason === "query")

const isTagged = (error: unknown): error is { readonly _tag: string; readonly message: string } =>
  typeof error === "object" && error !== null && "_tag" in error && typeof error._tag === "string" &&
  "message" in error && typeof error.message === "string"

/** Tags of errors that mean a wrong study, data set or model rather than a stage that broke at work. */
const invalidTags = new Set([
  "InvalidConfig",
  "InvalidExperiment",
  "EmptyBatchSource",
  "DataError",
  "ImageError",
  "ModelFolderError"
])

/** Exit code after runs that failed by errors of these tags: 3 when every one is a matter of study, data or model. */
export const codeOf = (tags: ReadonlyArray<string | undefined>): Failure["code"] =>
  tags.every((tag) => tag !== undefined && invalidTags.has(tag)) ? exitCodes.invalid : exitCodes.stageFailed

/** Messages of schemas come in several lines; a paragraph is one. */
const oneLine = (message: string): string => message.replace(/\s*\n\s*/g, " ")

/** Any error or defect as a failure of the command. Defects keep their stack, since they are our mistakes. */
export const from = (error: unknown): Failure => {
  if (error instanceof Failure) return error
  if (isTagged(error)) return isUsage(error) ? usage(oneLine(error.message)) : invalid(oneLine(error.message))
  const stack = error instanceof Error ? error.stack ?? error.message : String(error)
  return new Failure({
    code: exitCodes.stageFailed,
    message: `Something broke inside assay itself; please report it.\n${stack}`
  })
}
