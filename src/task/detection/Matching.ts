/** Which predicted box is which true one, at IoU 0.5. */
import type { TrueObject } from "./example.ts"
import { greedy } from "./greedyMatching.ts"
import { intersection, iou } from "../../vision/Box.ts"
import type { LabeledBox } from "../../vision/Box.ts"

const threshold = 0.5

export interface Counts {
  readonly matched: number
  readonly truths: number
  readonly predictions: number
  /** Sum of the IoU of matched pairs. */
  readonly iou: number
}

/**
 * Greedy one-to-one matching of one image's boxes by IoU, down to 0.5, label by label.
 *
 * A prediction without a match does not count when half of it or more lies in a crowd region of its label, as in COCO.
 */
export const ofImage = (
  objects: ReadonlyArray<TrueObject>,
  predicted: ReadonlyArray<LabeledBox<"original">>
): Counts => {
  const truth = objects.filter(({ crowd }) => !crowd)
  const crowds = objects.filter(({ crowd }) => crowd)
  const matches = greedy(predicted.length, truth.length, threshold, (p, t) =>
    predicted[p]!.label === truth[t]!.label ? iou(predicted[p]!.box, truth[t]!.box) : 0)
  const matched = new Set(matches.map((match) => match.predicted))
  const inCrowd = predicted.filter((said, index) =>
    !matched.has(index) && crowds.some((crowd) => crowd.label === said.label && coverage(said, crowd) >= threshold))
  return {
    matched: matches.length,
    truths: truth.length,
    predictions: predicted.length - inCrowd.length,
    iou: matches.reduce((sum, match) => sum + match.iou, 0)
  }
}

/** The share of a box that lies in another. */
const coverage = ({ box }: LabeledBox<"original">, region: LabeledBox<"original">): number => {
  const own = (box.x2 - box.x1) * (box.y2 - box.y1)
  return own > 0 ? intersection(box, region.box) / own : 0
}

/**
 * Precision, recall and their harmonic mean F1 at IoU 0.5 over all images together, and the mean IoU of the true boxes (a
 * missed one counts 0); each in [0, 1], and 0 where there is nothing to divide by.
 */
export const overall = (images: ReadonlyArray<Counts>) => {
  const total = (of: (counts: Counts) => number): number => images.reduce((sum, counts) => sum + of(counts), 0)
  const share = (part: number, whole: number): number => whole === 0 ? 0 : part / whole
  const matched = total((counts) => counts.matched)
  const truths = total((counts) => counts.truths)
  const predictions = total((counts) => counts.predictions)
  return {
    precision: share(matched, predictions),
    recall: share(matched, truths),
    f1: share(2 * matched, predictions + truths),
    meanIoU: share(total((counts) => counts.iou), truths)
  }
}
