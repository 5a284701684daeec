/** The rewards AP and AP50, and the one that punishes surplus boxes. */
import * as Schema from "effect/Schema"
import * as Answer from "./Answer.ts"
import * as ImageAp from "./ImageAp.ts"
import * as Items from "../../RawBoxes.ts"
import { once } from "../../rememberLast.ts"
import { define } from "../../reward.ts"
import * as Text from "../../Text.ts"
import { Variant } from "../../variant.ts"

interface Judgement {
  readonly ap: number
  readonly ap50: number
  /** min(1, true boxes / predicted items). */
  readonly length: number
}

const all: Judgement = { ap: 1, ap50: 1, length: 1 }
const none: Judgement = { ap: 0, ap50: 0, length: 1 }

/** The published code's truth: no fence is no box. */
const faithfulTruth = (text: string): ReadonlyArray<ImageAp.Labeled> =>
  Text.strip(Text.lastJsonFence(text) ?? "") === "" ? [] : Answer.truth(text, Text.lastJsonFence(text))

const judge = (items: ReadonlyArray<unknown>, truth: ReadonlyArray<ImageAp.Labeled>): Judgement => {
  if (items.length === 0 && truth.length === 0) return all
  if (items.length === 0 || truth.length === 0) return none
  const predicted: Array<ImageAp.Labeled> = []
  for (const item of items) {
    const corners = Items.corners(item)
    const label = Items.label(item)
    if (corners !== undefined && label !== undefined) predicted.push({ label, corners })
  }
  return { ...ImageAp.score(truth, predicted), length: Math.min(1, truth.length / items.length) }
}

const faithful = once((completion, solution) => {
  const answer = Text.lastAnswer(completion)
  if (answer === undefined) return none
  const truth = Text.firstAnswer(solution)
  if (truth === undefined) throw new Error("the solution has no <answer>, where the published code throws")
  const fence = Text.lastJsonFence(answer)
  return judge(fence === undefined ? [] : Items.list(Items.parse(Text.strip(fence))), faithfulTruth(truth))
})

const fixed = once((completion, solution) => {
  const { items, truth } = Answer.beside(completion, solution)
  if (items === undefined) return none
  const { ap, ap50, length } = judge(items, truth)
  return { ap: Math.max(0, ap), ap50: Math.max(0, ap50), length }
})

const config = Schema.Struct({ variant: Variant })

/**
 * COCO average precision of one answer (IoU 0.50 to 0.95, 101 recall points, 100 boxes a label), in [0, 1].
 *
 * Reads the last json fence of the last `<answer>`, and of the solution's first. All scores are 1.0, so the order of
 * the boxes is their confidence, and boxes appended after good ones cost nothing. No answer: 0. No boxes on both sides
 * ("None" or an empty list): 1; on one side: 0. JSON in a fence that cannot be parsed is no answer (of the published code, no boxes); boxes with a label that
 * the truth lacks are dropped; labels are case-sensitive.
 * `fixed`: an answer without a fence is read too: a bare JSON list of boxes, or "None"; anything else, as a fence without a list, scores 0, and a
 * solution of which that holds is an error (0). A solution without `<answer>` is read whole. Truth made only of boxes
 * turned inside out scores 0.
 * `faithful`: what stands in no fence counts as no boxes, on both sides, so that two answers without fences score 1. A
 * solution without `<answer>` is an error (0). Truth made only of boxes turned inside out scores -1.
 *
 * Source: VLM-R1, reward method "map".
 */
export const ap = define({
  name: "ap",
  module: import.meta.url,
  config,
  score: ({ variant }, { completion, solution }) =>
    (variant === "faithful" ? faithful : fixed)(completion, solution).ap
})

/**
 * Like `ap` at the one IoU threshold 0.50, in [0, 1].
 *
 * Source: VLM-R1, reward method "map" with score type 1.
 */
export const ap50 = define({
  name: "ap50",
  module: import.meta.url,
  config,
  score: ({ variant }, { completion, solution }) =>
    (variant === "faithful" ? faithful : fixed)(completion, solution).ap50
})

/**
 * `ap` times min(1, true boxes / predicted boxes), in [0, 1]: the answer to boxes that AP gets for nothing.
 *
 * Every item of the predicted list counts as a box, well formed or not. Variants as in `ap`.
 *
 * Source: VLM-R1, reward method "odLength".
 */
export const odLength = define({
  name: "odLength",
  module: import.meta.url,
  config,
  score: ({ variant }, { completion, solution }) => {
    const { ap, length } = (variant === "faithful" ? faithful : fixed)(completion, solution)
    return ap * length
  }
})
