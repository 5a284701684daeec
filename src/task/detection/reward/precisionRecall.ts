/** Precision and recall, weighed against each other. */
import * as Schema from "effect/Schema"
import { Fraction, withDefault } from "../../../pipeline/declare/Config.ts"
import { define } from "../../reward.ts"
import { Threshold, thresholdAt } from "../../threshold.ts"
import { optimal } from "../optimalMatching.ts"
import * as Sides from "./Sides.ts"

/**
 * recallWeight x recall + (1 - recallWeight) x precision of one answer, in [0, 1].
 *
 * recall = matched / true boxes, precision = matched / predicted boxes, with as many boxes matched as can be at an IoU of at
 * least `threshold` (0.5 unless given; it may rise with the step), label by label. `recallWeight` is 0.5 unless given. What is
 * read, and what empty sides earn, as in `meanIou`.
 *
 * Source: the weighted precision-recall accuracy reward of DIP-R1, arXiv 2505.23179; the formula is our reading of its name.
 */
export const precisionRecall = define({
  name: "precisionRecall",
  module: import.meta.url,
  config: Schema.Struct({
    recallWeight: withDefault(Fraction, 0.5),
    threshold: withDefault(Threshold, 0.5)
  }),
  scheduled: true,
  score: ({ recallWeight, threshold }, sample) =>
    Sides.grade(sample, (sides) => {
      const least = thresholdAt(threshold, sample.training)
      const iou = Sides.iou(sides)
      const matched = optimal(sides.boxes.length, sides.truth.length, (p, t) => {
        const overlap = iou(p, t)
        return overlap > 0 && overlap >= least ? 1 : 0
      }).length
      return recallWeight * matched / sides.truth.length + (1 - recallWeight) * matched / sides.predicted
    })
})
