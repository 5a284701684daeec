/** The mean IoU of matched boxes, with surplus and missing ones as 0. */
import * as Schema from "effect/Schema"
import { withDefault } from "../../../pipeline/declare/Config.ts"
import { define } from "../../reward.ts"
import { Threshold, thresholdAt } from "../../threshold.ts"
import { greedy } from "../greedyMatching.ts"
import * as Sides from "./Sides.ts"

/**
 * Sum of the IoU of matched boxes / max(predicted, true boxes), in [0, 1].
 *
 * Boxes of one label are matched greedily, the largest IoU first, down to `threshold` (0: all that meet), which may rise with
 * the step. Read as the fixed `ap` reads; no boxes on both sides: 1, on one: 0; an item that is no box is a prediction.
 *
 * Source: Visual-RFT, arXiv 2503.01785, its IoU reward. The paper divides by the boxes that were predicted; divided by the
 * larger count, a box that is left out costs as much as one too many.
 */
export const meanIou = define({
  name: "meanIou",
  module: import.meta.url,
  config: Schema.Struct({ threshold: withDefault(Threshold, 0) }),
  scheduled: true,
  score: ({ threshold }, sample) =>
    Sides.grade(sample, (sides) => {
      const matches = greedy(sides.boxes.length, sides.truth.length, thresholdAt(threshold, sample.training), Sides.iou(sides))
      return matches.reduce((sum, { iou }) => sum + iou, 0) / Math.max(sides.predicted, sides.truth.length)
    })
})
