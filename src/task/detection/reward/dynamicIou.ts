/** The mean IoU of what is precise enough, where enough becomes more as training goes on. */
import * as Schema from "effect/Schema"
import { withDefault } from "../../../pipeline/declare/Config.ts"
import { define } from "../../reward.ts"
import { Threshold, thresholdAt } from "../../threshold.ts"
import { optimal } from "../optimalMatching.ts"
import * as Sides from "./Sides.ts"

/**
 * Sum of the IoU of matched boxes that reach the threshold / max(predicted, true boxes), in [0, 1].
 *
 * The threshold is 0.85 in the first tenth of the loop's steps, 0.95 up to a quarter of them, then 0.99; outside of training
 * it is the last. Boxes of one label are matched so that the sum is the largest; what is read, and what empty sides earn, as
 * in `meanIou`.
 *
 * Source: V-Triune, arXiv 2505.18129, equation 3 (IoU from the threshold on, else 0) and section 3.2.1, which speak of one
 * box; that several are matched, summed and divided by the larger count is our reading.
 */
export const dynamicIou = define({
  name: "dynamicIou",
  module: import.meta.url,
  config: Schema.Struct({
    threshold: withDefault(Threshold, [{ from: 0, value: 0.85 }, { from: 0.1, value: 0.95 }, { from: 0.25, value: 0.99 }])
  }),
  scheduled: true,
  score: ({ threshold }, sample) =>
    Sides.grade(sample, (sides) => {
      const least = thresholdAt(threshold, sample.training)
      const iou = Sides.iou(sides)
      const pairs = optimal(sides.boxes.length, sides.truth.length, (p, t) => {
        const overlap = iou(p, t)
        return overlap >= least ? overlap : 0
      })
      return pairs.reduce((sum, { worth }) => sum + worth, 0) / Math.max(sides.predicted, sides.truth.length)
    })
})
