/** The reward weighted_sum. */
import * as Schema from "effect/Schema"
import * as Answer from "./Answer.ts"
import * as Iou from "../../PublishedIou.ts"
import * as Items from "../../RawBoxes.ts"
import { greedy } from "../greedyMatching.ts"
import { once } from "../../rememberLast.ts"
import { define } from "../../reward.ts"
import * as Text from "../../Text.ts"
import { Variant } from "../../variant.ts"

const threshold = 0.5
const positionWeight = 0.7
const completenessWeight = 0.3

type Label = ReturnType<typeof Items.label>

/** A list of items, well formed or not, with what the matching needs of each. */
interface Side {
  readonly boxes: ReadonlyArray<Items.Corners | undefined>
  readonly labels: ReadonlyArray<Label>
}

/** A label as a variant compares it: the published code knows texts alone. */
const labels: { readonly [V in Variant]: (item: unknown) => Label } = {
  faithful: (item) => {
    const label = Items.label(item)
    return typeof label === "string" ? label : undefined
  },
  fixed: Items.label
}

const sideOf = (variant: Variant, items: ReadonlyArray<unknown>): Side => ({
  boxes: items.map(Items.corners),
  labels: items.map(labels[variant])
})

/** The published code cleans twice, which shows where only upper-case tags stood around the answer. */
const fenceIn = (cleaned: string): string | undefined => Text.firstJsonFence(Text.clean(cleaned))

/** How a variant reads a cleaned answer, and a cleaned truth that is not "none". Undefined: it can be no answer at all. */
interface Reading {
  readonly answer: (cleaned: string) => ReadonlyArray<unknown> | undefined
  readonly truth: (cleaned: string) => Side
}

const faithfulItems = (cleaned: string): ReadonlyArray<unknown> => {
  const json = fenceIn(cleaned)
  return json === undefined ? [] : Items.list(Items.parse(Text.strip(json)))
}

const readings: { readonly [V in Variant]: Reading } = {
  faithful: { answer: faithfulItems, truth: (cleaned) => sideOf("faithful", faithfulItems(cleaned)) },
  fixed: {
    answer: (cleaned) => Answer.items(cleaned, fenceIn(cleaned)),
    truth: (cleaned) => {
      const items = Answer.truth(cleaned, fenceIn(cleaned))
      return {
        boxes: items.map(({ corners }) => corners),
        labels: items.map(({ label }) => label)
      }
    }
  }
}

const completeness = (predicted: number, truths: number, matches: number): number =>
  1 - ((truths - matches) / truths + (predicted - matches) / predicted) / 2

const blend = (predicted: number, truths: number, matches: number, overlap: number): number =>
  (positionWeight * (overlap / truths) + completenessWeight * completeness(predicted, truths, matches)) /
  (positionWeight + completenessWeight)

const judge = (variant: Variant, predicted: Side, truth: Side): number => {
  const { boxes, labels } = predicted
  const overlapOf = variant === "faithful" ? Iou.published : Iou.plain
  const matches = greedy(boxes.length, truth.boxes.length, threshold, (p, t) => {
    const a = boxes[p]
    const b = truth.boxes[t]
    if (a === undefined || b === undefined) return 0
    if (variant === "fixed" && (labels[p] === undefined || labels[p] !== truth.labels[t])) return 0
    return overlapOf(a, b)
  })
  let overlap = 0
  let held: Label
  for (const match of matches) {
    const [own, wanted] = [labels[match.predicted], truth.labels[match.truth]] // null is a label
    if (own !== undefined) held = own
    if (held === undefined) throw new Error("the first matched box has no label, where the published code throws")
    if (held === (wanted === undefined ? "" : wanted)) overlap += match.iou
  }
  return blend(boxes.length, truth.boxes.length, matches.length, overlap)
}

const score = (variant: Variant) => {
  const { answer, truth } = readings[variant]
  const readTruth = once((solution) => {
    const cleaned = Text.clean(solution)
    return cleaned === "none" ? "none" : truth(cleaned)
  })
  return once((completion, solution) => {
    const wanted = readTruth(solution, "")
    const cleaned = Text.clean(completion)
    if (wanted === "none") return cleaned === "none" ? 1 : 0
    const items = answer(cleaned)
    if (items === undefined) return 0
    if (wanted.boxes.length === 0) return items.length === 0 ? 1 : 0
    return items.length === 0 ? 0 : judge(variant, sideOf(variant, items), wanted)
  })
}

const scores = { faithful: score("faithful"), fixed: score("fixed") }

/**
 * Mean IoU of matched boxes blended with completeness, 0.7 to 0.3, in [0, 1].
 *
 * Reads the first json fence of the last `<answer>`, or of the whole text where there is none, in lower case. Boxes are
 * matched greedily by IoU, down to 0.5; position = sum of IoU / true boxes; completeness = 1 - (missed true boxes /
 * true boxes + unmatched predictions / predictions) / 2. Truth "None": 1 for "None", else 0. Empty lists on both sides:
 * 1, on one side: 0; JSON in a fence that cannot be parsed earns 0, and an item that is no box as an unmatched prediction.
 * `fixed`: an answer without a fence is read too: a bare JSON list of boxes; what is neither that nor "None" scores 0, as does
 * JSON in a fence that is no list, and a solution of which that holds, or with an item that is no box, is an error (0). A wrong
 * label sets the IoU to 0 before matching, labels are compared as they are, texts or not, and IoU is the plain one.
 * `faithful`: what stands in no fence counts as empty, on both sides, and a label that is no text as none. Labels play no part in matching; a wrong-label pair uses up both boxes and adds IoU 0 (so a lone
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
