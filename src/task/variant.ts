/** The two readings of a published reward. */
import * as Schema from "effect/Schema"
import { withDefault } from "../pipeline/declare/ConfigCodec.ts"

/**
 * Which of two readings a reward computes: `faithful` is what the study's published code does, quirks included; `fixed`
 * (the default) is what its text says. Each reward's docstring names the difference.
 */
export const Variant = withDefault(Schema.Literals(["faithful", "fixed"]), "fixed")

export type Variant = "faithful" | "fixed"
