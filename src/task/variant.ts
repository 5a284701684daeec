import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/**
 * Which of two readings a reward computes: `faithful` is what the study's published code does, quirks included; `fixed`
 * (the default) is what its text says. Each reward's docstring names the difference.
 */
export const Variant = Schema.Literals(["faithful", "fixed"]).pipe(
  Schema.withDecodingDefaultKey(Effect.succeed("fixed" as const))
)

export type Variant = "faithful" | "fixed"
