import type { Example } from "./example.ts"
import type { Completion } from "../../policy/Policy.ts"
import { isWellFormed } from "../../reward/format.ts"
import { mean } from "../../reward/summary.ts"
import type { LabeledBox } from "../../vision/Box.ts"
import * as Coco from "./coco/Coco.ts"
import * as Matching from "./Matching.ts"

/** One image, what was asked about it, and the boxes of the answer in pixels of the image file. */
export interface Answered {
  readonly example: Example
  readonly labels: ReadonlyArray<string>
  readonly completion: Completion
  readonly boxes: ReadonlyArray<LabeledBox<"original">>
}

/** COCO's names for the numbers that are kept; its -1 (no truth of that size) is not kept. */
const statNames = [
  ["mAP", 0],
  ["AP50", 1],
  ["AP75", 2],
  ["APsmall", 3],
  ["APmedium", 4],
  ["APlarge", 5],
  ["AR100", 8]
] as const

/**
 * The numbers of a detection evaluation.
 *
 * In percent: `mAP`, `AP50`, `AP75`, `APsmall`, `APmedium`, `APlarge`, `AR100`, `precision@0.5`, `recall@0.5`. In [0,
 * 1]: `meanIoU`, `formatRate`, `truncated` (share of answers cut off at the token limit). `meanTokens`, `minTokens`,
 * `maxTokens` of an answer; `evaluationSize` in images.
 *
 * A model gives no confidence: every box scores 1.0, and the boxes of an image keep the order in which it said them.
 * Boxes with a label that the data set lacks count against precision and not at all in COCO's numbers. What was not
 * asked about is no truth.
 */
export const metrics = (
  categories: ReadonlyArray<string>,
  answers: ReadonlyArray<Answered>
): ReadonlyArray<readonly [name: string, value: number]> => {
  const { stats } = cocoOf(categories, answers)
  const matching = Matching.overall(answers.map((answer) => Matching.ofImage(truthOf(answer), answer.boxes)))
  const tokens = answers.map(({ completion }) => completion.tokens.length)
  const share = (holds: (completion: Completion) => boolean): number =>
    mean(answers.map(({ completion }) => holds(completion) ? 1 : 0))
  return [
    ...statNames.flatMap(([name, index]) => stats[index]! < 0 ? [] : [[name, stats[index]! * 100] as const]),
    ["precision@0.5", matching.precision * 100],
    ["recall@0.5", matching.recall * 100],
    ["meanIoU", matching.meanIoU],
    ["formatRate", share(({ text }) => isWellFormed(text))],
    ["truncated", share(({ finishReason }) => finishReason === "length")],
    ["meanTokens", mean(tokens)],
    ["minTokens", tokens.reduce((least, count) => Math.min(least, count), Infinity)],
    ["maxTokens", tokens.reduce((most, count) => Math.max(most, count), 0)],
    ["evaluationSize", answers.length]
  ]
}

const truthOf = ({ example, labels }: Answered) => {
  const asked = new Set(labels)
  return example.objects.filter(({ label }) => asked.has(label))
}

const cocoOf = (categories: ReadonlyArray<string>, answers: ReadonlyArray<Answered>): Coco.Evaluation => {
  const ids = new Map(categories.map((name, id) => [name, id]))
  const truth: Coco.Truth = {
    images: answers.map((_, id) => ({ id })),
    categories: categories.map((name, id) => ({ id, name })),
    annotations: answers.flatMap((answer, image_id) =>
      truthOf(answer).map((object) => ({
        image_id,
        category_id: ids.get(object.label) ?? -1,
        bbox: rectangle(object),
        area: object.area,
        iscrowd: object.crowd ? 1 : 0
      }))
    )
  }
  const detections = answers.flatMap(({ boxes }, image_id) =>
    boxes.map((said) => ({
      image_id,
      category_id: ids.get(said.label) ?? -1,
      bbox: rectangle(said),
      score: 1
    }))
  )
  return Coco.evaluate(truth, detections)
}

const rectangle = ({ box }: LabeledBox<"original">): Coco.Rectangle => [
  box.x1,
  box.y1,
  box.x2 - box.x1,
  box.y2 - box.y1
]
