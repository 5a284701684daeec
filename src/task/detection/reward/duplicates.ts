/** The penalty for saying a box twice. */
import * as Schema from "effect/Schema"
import { Fraction, withDefault } from "../../../pipeline/declare/Config.ts"
import { define } from "../../reward.ts"
import type { Labeled } from "./ImageAp.ts"
import * as Iou from "../../PublishedIou.ts"
import * as Sides from "./Sides.ts"

/** How many boxes lie on an earlier one of their label that is no repetition itself, as non-maximum suppression counts them. */
const repeated = (boxes: ReadonlyArray<Labeled>, threshold: number): number => {
  const kept = new Map<Labeled["label"], Array<Labeled>>()
  let count = 0
  for (const box of boxes) {
    const before = kept.get(box.label) ?? []
    if (before.some(({ corners }) => Iou.plain(corners, box.corners) >= threshold)) count++
    else before.push(box)
    kept.set(box.label, before)
  }
  return count
}

/**
 * Minus the share of predicted boxes that repeat another one of the same label, in (-1, 0].
 *
 * A box repeats another when their IoU is at least `threshold`, 0.7 unless given. As many as repeat each other in the truth are
 * free, so that the true answer costs nothing. An answer without boxes has none: 0.
 *
 * Source: none; the rule is that of non-maximum suppression. `repetition` counts exact copies instead.
 */
export const duplicates = define({
  name: "duplicates",
  module: import.meta.url,
  config: Schema.Struct({ threshold: withDefault(Fraction.check(Schema.isGreaterThan(0)), 0.7) }),
  score: ({ threshold }, sample) => {
    const { boxes, predicted, truth } = Sides.read(sample) ?? Sides.none
    const surplus = repeated(boxes, threshold) - repeated(truth, threshold)
    return surplus > 0 ? -surplus / predicted : 0
  }
})
