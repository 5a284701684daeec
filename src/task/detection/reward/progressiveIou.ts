/** Recall and precise boxes, by rules that grow stricter half-way. */
import * as Schema from "effect/Schema"
import { withDefault } from "../../../pipeline/declare/Config.ts"
import { define } from "../../reward.ts"
import { Threshold, thresholdAt } from "../../threshold.ts"
import { optimal } from "../optimalMatching.ts"
import * as Sides from "./Sides.ts"

/** Nothing below `valid`, everything from `full` on, itself between. */
const stretched = (value: number, valid: number, full: number): number => value >= full ? 1 : value < valid ? 0 : value

/**
 * Half of a recall reward plus half of a precision reward, in [0, 1].
 *
 * With f(x) = 1 from `full` on, 0 below `valid`, x between: recall = f(matched boxes with an IoU of at least `valid` / true
 * boxes), precision = sum of f(IoU) over matched boxes / predicted boxes. `valid` is 0.5 in the first half of the loop's steps
 * and 0.75 in the second, `full` 0.75 and then 0.9; outside of training they are the last. Boxes of one label are matched so
 * that their IoU adds up to the most; what is read, and what empty sides earn, as in `meanIou`.
 *
 * Source: Vision-R1, arXiv 2503.18013, equations 5, 6 and 8 and section 3.3. The paper adds the two up, to at most 2, and
 * matches boxes whatever their labels; here labels must agree.
 */
export const progressiveIou = define({
  name: "progressiveIou",
  module: import.meta.url,
  config: Schema.Struct({
    valid: withDefault(Threshold, [{ from: 0, value: 0.5 }, { from: 0.5, value: 0.75 }]),
    full: withDefault(Threshold, [{ from: 0, value: 0.75 }, { from: 0.5, value: 0.9 }])
  }),
  scheduled: true,
  score: (config, sample) =>
    Sides.grade(sample, (sides) => {
      const valid = thresholdAt(config.valid, sample.training)
      const full = thresholdAt(config.full, sample.training)
      const pairs = optimal(sides.boxes.length, sides.truth.length, Sides.iou(sides))
      const found = pairs.filter(({ worth }) => worth >= valid).length
      const recall = stretched(found / sides.truth.length, valid, full)
      const precision = pairs.reduce((sum, { worth }) => sum + stretched(worth, valid, full), 0) / sides.predicted
      return (recall + precision) / 2
    })
})
