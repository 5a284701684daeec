import * as Data from "effect/Data"

/** A config value does not fit: `stage` and `message` name the key and what was expected. */
export class InvalidConfig extends Data.TaggedError("InvalidConfig")<{
  readonly stage: string
  readonly message: string
}> {
  static of(stage: string, cause: unknown): InvalidConfig {
    return new InvalidConfig({ stage, message: `${stage}: ${cause instanceof Error ? cause.message : String(cause)}` })
  }
}

/**
 * No config value of the study has the path that an override names; `message` lists what comes near, then everything.
 */
export class UnknownPath extends Data.TaggedError("UnknownPath")<{
  readonly path: string
  readonly message: string
}> {}

/** The study contradicts itself or what was asked of it: `message` names the axis, label, variant or seed. */
export class InvalidExperiment extends Data.TaggedError("InvalidExperiment")<{
  readonly experiment: string
  readonly message: string
}> {}

/** A value cannot be written as canonical JSON: `path` leads to it. */
export class NotCanonical extends Data.TaggedError("NotCanonical")<{
  readonly path: string
  readonly message: string
}> {}

/** The code of a stage could not be followed: `module` cannot be read or parsed, or lacks the export. */
export class CodeError extends Data.TaggedError("CodeError")<{
  readonly module: string
  readonly message: string
}> {}

/** A training loop was given nothing to draw batches from. */
export class EmptyBatchSource extends Data.TaggedError("EmptyBatchSource")<{
  readonly message: string
}> {}
