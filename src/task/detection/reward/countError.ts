/** The penalty for a wrong number of boxes. */
import * as Schema from "effect/Schema"
import { define } from "../../reward.ts"
import * as Sides from "./Sides.ts"

/**
 * Minus |predicted - true boxes| / max(predicted, true boxes), in [-1, 0]: 0 for the right number, wherever the boxes are.
 *
 * Every item of the answer's list counts, box or not. No answer, or boxes on one side only: -1.
 *
 * Source: none; the relative error of the count.
 */
export const countError = define({
  name: "countError",
  module: import.meta.url,
  config: Schema.Struct({}),
  score: (_, sample) =>
    Sides.grade(sample, ({ predicted, truth }) => Math.min(predicted, truth.length) / Math.max(predicted, truth.length)) - 1
})
