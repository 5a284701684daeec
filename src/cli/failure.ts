/** What the user is told when a command cannot go on, and what the process exits with. */
import * as Data from "effect/Data"
import { type ExitCode, exitCodeOf, exits } from "../pipeline/Errors.ts"

export class Failure extends Data.TaggedError("Failure")<{
  readonly exitCode: ExitCode
  /** One paragraph: what is wrong, where, and what to do. Empty when it has been said already. */
  readonly message: string
}> {}

export const usage = (message: string): Failure => new Failure({ exitCode: exits.usage, message })

export const invalid = (message: string): Failure => new Failure({ exitCode: exits.invalid, message })

const isTagged = (error: unknown): error is { readonly _tag: string; readonly message: string } =>
  typeof error === "object" && error !== null && "_tag" in error && typeof error._tag === "string" &&
  "message" in error && typeof error.message === "string"

/** Messages of schemas come in several lines; a paragraph is one. */
const oneLine = (message: string): string => message.replace(/\s*\n\s*/g, " ")

/** What the command can do about an error, where the error itself knows no commands. */
const advice = (error: object): string =>
  "reason" in error && error.reason === "absent" ? " `assay run FILE` makes one, `--db` names one." : ""

/** Any error or defect as a failure of the command. Defects keep their stack, since they are our mistakes. */
export const from = (error: unknown): Failure => {
  if (error instanceof Failure) return error
  if (isTagged(error)) {
    return new Failure({ exitCode: exitCodeOf(error), message: `${oneLine(error.message)}${advice(error)}` })
  }
  const stack = error instanceof Error ? error.stack ?? error.message : String(error)
  return new Failure({
    exitCode: exits.broke,
    message: `Something broke inside assay itself; please report it.\n${stack}`
  })
}
