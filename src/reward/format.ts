/** The format reward. */
import * as Schema from "effect/Schema"
import { define } from "../task/reward.ts"
import { Variant } from "../task/variant.ts"
import { isWellFormed } from "../task/wellFormed.ts"

/**
 * 1 when the whole completion is `<think>...</think>`, white space, `<answer>...</answer>`, else 0.
 *
 * Nothing is stripped first, so a newline at either end costs the reward; more tags between the outer ones do not. Both
 * variants are the same.
 *
 * Source: VLM-R1, format reward.
 */
export const format = define({
  name: "format",
  module: import.meta.url,
  config: Schema.Struct({ variant: Variant }),
  score: (_, { completion }) => isWellFormed(completion) ? 1 : 0
})
