/** What can be wrong with a study, and what a command exits with after each kind of error. */
import * as Data from "effect/Data"
import { callerOf } from "./declare/place.ts"
import { reasonOf } from "./reason.ts"

/**
 * Exit codes of the command. An error class says its own in a field `exitCode`; one without it means that something broke
 * at work.
 */
export const exits = { broke: 1, usage: 2, invalid: 3, mismatch: 4, interrupted: 130 } as const

/** An exit code of the command. */
export type ExitCode = (typeof exits)[keyof typeof exits]

/** What the command exits with after an error. */
export const exitCodeOf = (error: unknown): ExitCode =>
  typeof error === "object" && error !== null && "exitCode" in error ? error.exitCode as ExitCode : exits.broke

/** A config value does not fit: `stage` and `message` name the key and what was expected. */
export class InvalidConfig extends Data.TaggedError("InvalidConfig")<{
  readonly stage: string
  readonly message: string
}> {
  readonly exitCode = exits.invalid
}

/**
 * No config value of the study has the path that an override names; `message` lists what comes near, then everything.
 */
export class UnknownPath extends Data.TaggedError("UnknownPath")<{
  readonly path: string
  readonly message: string
}> {
  readonly exitCode = exits.usage
}

/** The study contradicts itself or what was asked of it: `message` names the axis, label, variant, metric or seed. */
export class InvalidExperiment extends Data.TaggedError("InvalidExperiment")<{
  readonly experiment: string
  readonly message: string
}> {
  readonly exitCode = exits.invalid
}

/** A value cannot be written as canonical JSON: `path` leads to it. */
export class NotCanonical extends Data.TaggedError("NotCanonical")<{
  readonly path: string
  readonly message: string
}> {
  readonly exitCode = exits.invalid
}

/** The code of a stage could not be followed: `module` cannot be read or parsed, or lacks the export. */
export class CodeError extends Data.TaggedError("CodeError")<{
  readonly module: string
  readonly message: string
}> {
  readonly exitCode = exits.invalid
}

/** A training loop was given nothing to draw batches from. */
export class EmptyBatchSource extends Data.TaggedError("EmptyBatchSource")<{
  readonly message: string
}> {
  readonly exitCode = exits.invalid
}

const nameOf = (stage: string, place: string | undefined): string => `Stage "${stage}"${place === undefined ? "" : ` (${place})`}`

/**
 * The code of a stage threw, or returned what cannot be kept: `message` names the stage, where the study made it, and the line that threw
 * or the path of what JSON would bend.
 */
export class BrokenStage extends Data.TaggedError("BrokenStage")<{
  readonly stage: string
  readonly message: string
  readonly cause: unknown
}> {
  static of(stage: string, place: string | undefined, cause: unknown): BrokenStage {
    if (cause instanceof BrokenStage) return cause // the stage inside of this one says more
    const named = nameOf(stage, place)
    if (cause instanceof NotCanonical) {
      const message = `${named} returned what cannot be kept: ${cause.message}. ` +
        "Return plain objects, arrays, strings and finite numbers: null for no number, Array.from(it) for a typed array or a Set"
      return new BrokenStage({ stage, cause, message })
    }
    const line = cause instanceof Error ? callerOf(cause) : undefined
    const thrown = line === undefined || line === place ? "" : `, at ${line}`
    // of our own code: it trusts that types have been checked
    const hint = line === undefined && cause instanceof TypeError ? ". Perhaps it does not take what comes before it" : ""
    return new BrokenStage({ stage, cause, message: `${named} threw: ${reasonOf(cause)}${thrown}${hint}` })
  }
  static interrupted({ name, place }: { readonly name: string; readonly place: string | undefined }): BrokenStage {
    const message = `${nameOf(name, place)} was interrupted from within: it, or a fiber that it waited for, ended by an interrupt and not by a reason. ` +
      "Have it fail with one"
    return new BrokenStage({ stage: name, message, cause: undefined })
  }
}
