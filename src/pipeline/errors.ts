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
