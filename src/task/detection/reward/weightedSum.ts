/** The reward weighted_sum. */
import * as Schema from "effect/Schema"
import * as Iou from "./PublishedIou.ts"
import * as Items from "../../RawBoxes.ts"
import { greedy } from "../greedyMatching.ts"
import { once } from "../../rememberLast.ts"
import { define } from "../../reward.ts"
import * as Text from "../../Text.ts"
import { Variant } from "../../variant.ts"

const threshold = 0.5
const positionWeight = 0.7
const completenessWeight = 0.3

interface Sides {
  readonly predicted: ReadonlyArray<unknown>
  readonly truth: ReadonlyArray<unknown>
}

const itemsOf = (cleaned: string): ReadonlyArray<unknown> => {
  // The published code cleans twice, which shows where only upper-case tags stood around the answer.
  const json = Text.firstJsonFence(Text.clean(cleaned))
  return json === undefined ? [] : Items.list(Items.parse(Text.strip(json)))
}

const readTruth = once((solution) => {
  const cleaned = Text.clean(solution)
  const items = cleaned === "none" ? undefined : itemsOf(cleaned)
  return { items, boxes: items?.map(Items.corners), labels: items?.map(labelOf) }
})

const labelOf = (item: unknown): string | undefined => {
  const label = Items.label(item)
  return typeof label === "string" ? label : undefined
}

const completeness = (sides: Sides, matches: number): number => {
  const missed = (sides.truth.length - matches) / sides.truth.length
  const falseAlarms = (sides.predicted.length - matches) / sides.predicted.length
  return 1 - (missed + falseAlarms) / 2
}

const blend = (sides: Sides, matches: number, overlap: number): number =>
  (positionWeight * (overlap / sides.truth.length) + completenessWeight * completeness(sides, matches)) /
  (positionWeight + completenessWeight)

const score = (variant: Variant) => once((completion, solution) => {
  const truth = readTruth(solution, "")
  const cleaned = Text.clean(completion)
  if (truth.items === undefined || truth.boxes === undefined || truth.labels === undefined) {
    return cleaned === "none" ? 1 : 0
  }
  const sides: Sides = { predicted: itemsOf(cleaned), truth: truth.items }
  if (sides.truth.length === 0) return sides.predicted.length === 0 ? 1 : 0
  if (sides.predicted.length === 0) return 0
  const boxes = sides.predicted.map(Items.corners)
  const labels = sides.predicted.map(labelOf)
  const trueBoxes = truth.boxes
  const trueLabels = truth.labels
  const overlapOf = variant === "faithful" ? Iou.published : Iou.plain
  const matches = greedy(boxes.length, trueBoxes.length, threshold, (p, t) => {
    const a = boxes[p]
    const b = trueBoxes[t]
    if (a === undefined || b === undefined) return 0
    if (variant === "fixed" && (labels[p] === undefined || labels[p] !== trueLabels[t])) return 0
    return overlapOf(a, b)
  })
  let overlap = 0
  let held: string | undefined
  for (const match of matches) {
    held = labels[match.predicted] ?? held
    if (held === undefined) throw new Error("the first matched box has no label, where the published code throws")
    if (held === (trueLabels[match.truth] ?? "")) overlap += match.iou
  }
  return blend(sides, matches.length, overlap)
})

const scores = { faithful: score("faithful"), fixed: score("fixed") }

/**
 * Mean IoU of matched boxes blended with completeness, 0.7 to 0.3, in [0, 1].
 *
 * Reads the first json fence of the last `<answer>`, or of the whole text where there is none, in lower case. Boxes are
 * matched greedily by IoU, down to 0.5; position = sum of IoU / true boxes; completeness = 1 - (missed true boxes /
 * true boxes + unmatched predictions / predictions) / 2. Truth "None": 1 for "None", else 0. Empty lists on both sides:
 * 1, on one side: 0; unparsable JSON counts as empty, and an item that is no box as an unmatched prediction.
 * `fixed`: a wrong label sets the IoU to 0 before matching, and IoU is the plain one.
 * `faithful`: labels play no part in matching; a wrong-label pair uses up both boxes and adds IoU 0 (so a lone
 * wrong-label box scores 0.3). A matched box without a label goes by the label of the match before; in the first match
 * that is an error and scores 0. An overlap of at most one pixel in either direction counts as none.
 *
 * Source: VLM-R1 findings, section 4.1, "weighted_sum".
 */
export const weightedSum = define({
  name: "weightedSum",
  module: import.meta.url,
  config: Schema.Struct({ variant: Variant }),
  score: ({ variant }, { completion, solution }) => scores[variant](completion, solution)
})
