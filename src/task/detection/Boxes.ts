/** How many boxes answers hold, and how many of them say again what was said: where padding for a reward shows. */
import { iou, type LabeledBox } from "../../vision/Box.ts"
import { mean } from "../../pipeline/statistics.ts"
import type { TrueObject } from "./example.ts"

/** Of two boxes of a label that overlap by more, the later is a duplicate: one and the same object is hardly drawn so twice. */
const same = 0.9

/** Boxes that overlap an earlier one of their label by an IoU above 0.9: of n equal boxes, n - 1. */
export const duplicates = (said: ReadonlyArray<LabeledBox<"original">>): number => {
  const earlier = new Map<string, Array<LabeledBox<"original">>>()
  let count = 0
  for (const one of said) {
    const alike = earlier.get(one.label) ?? []
    if (alike.some(({ box }) => iou(box, one.box) > same)) count++
    else {
      alike.push(one)
      earlier.set(one.label, alike)
    }
  }
  return count
}

/** One answer: the boxes that it holds, and the objects that were asked for. */
export interface Answer {
  readonly said: ReadonlyArray<LabeledBox<"original">>
  readonly objects: ReadonlyArray<TrueObject>
}

/**
 * `predictedBoxes`, their mean number an image; `boxRatio`, all of them to all true objects (crowds apart; left out where
 * there is none); `duplicateShare` of them, 0 where there are no boxes.
 */
export const measure = (answers: ReadonlyArray<Answer>): ReadonlyArray<readonly [name: string, value: number]> => {
  const counts = answers.map(({ said }) => said.length)
  const total = counts.reduce((sum, count) => sum + count, 0)
  const truths = answers.reduce((sum, { objects }) => sum + objects.filter(({ crowd }) => !crowd).length, 0)
  const repeated = answers.reduce((sum, { said }) => sum + duplicates(said), 0)
  return [
    ["predictedBoxes", mean(counts)],
    ...(truths === 0 ? [] : [["boxRatio", total / truths] as const]),
    ["duplicateShare", total === 0 ? 0 : repeated / total]
  ]
}
