/** Average precision of a single image. */
import * as Coco from "../coco/Matching.ts"
import * as Iou from "../../PublishedIou.ts"
import type { Corners } from "../../RawBoxes.ts"

/** A box and the label it goes by; labels are compared as they are. */
export interface Labeled {
  readonly label: string | number | boolean | null
  readonly corners: Corners
}

/** The largest area that COCO counts, in square pixels. */
const largestArea = 1e10

const area = (box: Corners): number => (box[2] - box[0]) * (box[3] - box[1])

const isOutside = (box: Corners): boolean => area(box) < 0 || area(box) > largestArea

/**
 * COCO's AP and AP50 of one image whose boxes all have score 1.0, so that their order is their rank; in [0, 1].
 *
 * The mean over the labels of the truth; boxes with other labels do not count at all, nor do those after the first 100
 * of a label. As in COCO, boxes of negative area (one side turned round) or above 1e10 square pixels are ignored; truth
 * made of nothing else gives -1.
 */
export const score = (
  truth: ReadonlyArray<Labeled>,
  predicted: ReadonlyArray<Labeled>
): { readonly ap: number; readonly ap50: number } => {
  const classes = new Map<Labeled["label"], { truth: Array<Corners>; predicted: Array<Corners> }>()
  for (const { label, corners } of truth) {
    const found = classes.get(label)
    if (found === undefined) classes.set(label, { truth: [corners], predicted: [] })
    else found.truth.push(corners)
  }
  for (const { label, corners } of predicted) {
    const found = classes.get(label)
    if (found !== undefined && found.predicted.length < 100) found.predicted.push(corners)
  }
  let counted = 0
  let sum = 0
  let sum50 = 0
  for (const boxes of classes.values()) {
    const precisions = ofClass(boxes.truth, boxes.predicted)
    if (precisions === undefined) continue
    counted++
    sum50 += precisions.ap50
    sum += precisions.ap
  }
  return counted === 0 ? { ap: -1, ap50: -1 } : { ap: sum / counted, ap50: sum50 / counted }
}

const nobody = { ap: 0, ap50: 0 }

const ofClass = (truth: ReadonlyArray<Corners>, predicted: ReadonlyArray<Corners>) => {
  const isIgnored = new Uint8Array(truth.length)
  let positives = truth.length
  for (let g = 0; g < truth.length; g++) {
    if (isOutside(truth[g]!)) {
      isIgnored[g] = 1
      positives--
    }
  }
  if (positives === 0) return undefined
  if (predicted.length === 0) return nobody
  const ious = new Float64Array(predicted.length * truth.length)
  let best = 0
  for (let d = 0; d < predicted.length; d++) {
    for (let g = 0; g < truth.length; g++) {
      const overlap = Iou.plain(predicted[d]!, truth[g]!)
      ious[d * truth.length + g] = overlap
      if (overlap > best) best = overlap
    }
  }
  if (best < 0.5) return nobody
  const order = Array.from(truth.keys()).sort((a, b) => isIgnored[a]! - isIgnored[b]!)
  const matched = new Uint16Array(predicted.length)
  const ignored = new Uint16Array(predicted.length)
  Coco.match(ious, predicted.length, truth.length, order, isIgnored, isIgnored.map(() => 0), matched, ignored, 0)
  for (let d = 0; d < predicted.length; d++) {
    if (isOutside(predicted[d]!)) ignored[d] = ignored[d]! | (Coco.everyThreshold & ~matched[d]!)
  }
  const ranks = Uint32Array.from(predicted.keys())
  let sum = 0
  let ap50 = 0
  for (let t = 0; t < 10; t++) {
    const precision = Coco.averagePrecision(matched, ignored, ranks, t, positives)
    if (t === 0) ap50 = precision
    sum += precision
  }
  return { ap: sum / 10, ap50 }
}
