/** The mean IoU of the best possible matching. */
import * as Schema from "effect/Schema"
import { define } from "../../reward.ts"
import { optimal } from "../optimalMatching.ts"
import * as Sides from "./Sides.ts"

/**
 * Sum of the IoU of matched boxes / max(predicted, true boxes), in [0, 1], matched so that the sum is the largest there is.
 *
 * It differs from `meanIou` where the greedy choice of one pair spoils two others, as among crowded boxes. Labels must agree;
 * what is read, and what empty sides earn, as in `meanIou`.
 *
 * Source: Perception-R1, arXiv 2504.07954, section 4.2: the assignment by the Hungarian algorithm with IoU as the edges' worth.
 * The paper divides by the number of predictions, and punishes what is missing by a second reward (F1 of the counts); here
 * the larger count divides, which does both.
 */
export const hungarian = define({
  name: "hungarian",
  module: import.meta.url,
  config: Schema.Struct({}),
  score: (_, sample) =>
    Sides.grade(sample, (sides) => {
      const pairs = optimal(sides.boxes.length, sides.truth.length, Sides.iou(sides))
      return pairs.reduce((sum, { worth }) => sum + worth, 0) / Math.max(sides.predicted, sides.truth.length)
    })
})
