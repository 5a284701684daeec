/** An answer and its truth as two sets of boxes, for rewards to which the order of an answer means nothing. */
import type { Scorable } from "../../reward.ts"
import { once } from "../../rememberLast.ts"
import * as Items from "../../RawBoxes.ts"
import * as Answer from "./Answer.ts"
import type { Labeled } from "./ImageAp.ts"
import * as Iou from "../../PublishedIou.ts"

export interface Sides {
  /** What can be matched: items with four numbers and a label. Both lists are sorted, so that no tie hangs on an order. */
  readonly boxes: ReadonlyArray<Labeled>
  /** How many items the answer lists, boxes or not. */
  readonly predicted: number
  readonly truth: ReadonlyArray<Labeled>
}

/** The sides of a sample that says nothing about nothing. */
export const none: Sides = { boxes: [], predicted: 0, truth: [] }

const rank = ({ corners, label }: Labeled): string => JSON.stringify([label, ...corners])

const inOrder = (boxes: ReadonlyArray<Labeled>): ReadonlyArray<Labeled> =>
  boxes.map((box) => ({ box, rank: rank(box) })).sort((a, b) => a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0)
    .map(({ box }) => box)

const boxOf = (item: unknown): ReadonlyArray<Labeled> => {
  const corners = Items.corners(item)
  const label = Items.label(item)
  return corners === undefined || label === undefined ? [] : [{ corners, label }]
}

const both = once((completion, solution): Sides | undefined => {
  const { items, truth } = Answer.beside(completion, solution)
  return items === undefined ? undefined : { boxes: inOrder(items.flatMap(boxOf)), predicted: items.length, truth: inOrder(truth) }
})

/** The two sides of a sample, read as the fixed `ap` reads them; undefined where it answers nothing. Throws for a bad truth. */
export const read = ({ completion, solution }: Scorable): Sides | undefined => both(completion, solution)

/** A grade in [0, 1] where both sides have boxes; else 1 where both have none, and 0 for one side alone or no answer at all. */
export const grade = (sample: Scorable, judge: (sides: Sides) => number): number => {
  const sides = read(sample)
  if (sides === undefined) return 0
  if (sides.predicted === 0 || sides.truth.length === 0) return sides.predicted === sides.truth.length ? 1 : 0
  return judge(sides)
}

/** IoU of a predicted and a true box, 0 where their labels differ. Labels are case-sensitive. */
export const iou = ({ boxes, truth }: Sides) => (p: number, t: number): number =>
  boxes[p]!.label === truth[t]!.label ? Iou.plain(boxes[p]!.corners, truth[t]!.corners) : 0
