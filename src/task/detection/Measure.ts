/** What a detection evaluation measures. */
import * as Metric from "../../pipeline/declare/Metric.ts"
import { convert, type LabeledBox, type Spoken } from "../../vision/Box.ts"
import type { Dataset } from "../dataset.ts"
import type { Answered } from "../Task.ts"
import * as Boxes from "./Boxes.ts"
import * as Coco from "./coco/Coco.ts"
import { idFrom, rising } from "./coco/fields.ts"
import { suppress } from "./coco/suppress.ts"
import type { Example } from "./example.ts"
import * as Matching from "./Matching.ts"

type Spelled = ReadonlyArray<LabeledBox<Spoken>>

/** An image, the labels asked for, the true boxes, and the boxes of the answer. */
export type AnsweredDetection = Answered<Example, ReadonlyArray<string>, Spelled, Spelled>

/** COCO's names for the numbers that are kept, and where they stand among its twelve. */
const stats = [
  ["mAP", 0],
  ["AP50", 1],
  ["AP75", 2],
  ["APsmall", 3],
  ["APmedium", 4],
  ["APlarge", 5],
  ["AR100", 8]
] as const

export const metrics: ReadonlyArray<Metric.Metric> = [
  ...stats.map(([name]) => Metric.make(name, "%", "higher", "image")),
  Metric.make("precision@0.5", "%", "higher", "box"),
  Metric.make("recall@0.5", "%", "higher", "box"),
  Metric.make("meanIoU", "share", "higher", "box"),
  Metric.make("nmsAP", "%", "higher", "image"),
  Metric.make("F1@0.5", "%", "higher", "box"),
  Metric.make("predictedBoxes", "boxes", "neither", "image"),
  Metric.make("boxRatio", "", "neither", "box"),
  Metric.make("duplicateShare", "share", "lower", "box")
]

/**
 * The numbers of a detection evaluation: COCO's, of which those without truth (no object of that size) are left out, and
 * precision, recall, F1 and mean IoU of boxes matched one to one from IoU 0.5 on; mAP after OVDEval's suppression
 * (`nmsAP`, ties: the last); and how many boxes there are (`Boxes`).
 *
 * A model gives no confidence: every box scores 1.0, the boxes of an image keep the order in which it said them, and images are ranked
 * by their ids, as pycocotools ranks them.
 * Boxes with a label that the data set lacks count against precision and not at all in COCO's numbers. What was not
 * asked about is no truth.
 */
export const measure = (
  answers: ReadonlyArray<AnsweredDetection>,
  { categories }: Dataset<Example>
): ReadonlyArray<readonly [name: string, value: number]> => {
  const { detections, truth } = cocoOf(categories, answers)
  const ofAll = Coco.evaluate(truth, detections).stats
  const known = detections.filter(({ category_id }) => category_id !== unknown)
  const suppressed = Coco.evaluate(truth, suppress(truth, known)).stats
  const said = answers.map((one) => ({ objects: truthOf(one), said: saidOf(one) }))
  const matching = Matching.overall(said.map((one) => Matching.ofImage(one.objects, one.said)))
  return [
    ...stats.flatMap(([name, index]) => percent(name, ofAll[index]!)),
    ["precision@0.5", matching.precision * 100],
    ["recall@0.5", matching.recall * 100],
    ["meanIoU", matching.meanIoU],
    ...percent("nmsAP", suppressed[0]!),
    ["F1@0.5", matching.f1 * 100],
    ...Boxes.measure(said)
  ]
}

/** COCO says -1 where there is no truth. */
const percent = (name: string, value: number): ReadonlyArray<readonly [name: string, value: number]> =>
  value < 0 ? [] : [[name, value * 100]]

/** The objects that were asked about, crowd regions too. */
export const truthOf = ({ example, prompt }: AnsweredDetection) => {
  const asked = new Set(prompt.asked)
  return example.objects.filter(({ label }) => asked.has(label))
}

/** The boxes of the answer, in pixels of the image file. */
export const saidOf = ({ answer, prompt }: AnsweredDetection): ReadonlyArray<LabeledBox<"original">> => {
  const sizes = { original: prompt.image, resized: prompt.input }
  return answer.map(({ box, label }) => ({ label, box: convert(box, "original", sizes) }))
}

/** Stands for a label that the data set lacks, of which COCO's numbers know nothing. */
const unknown = -1

/**
 * Truth and answers as COCO's files would have them. Boxes of one score are ranked by the ids of their images, whatever the order in
 * the file, as pycocotools ranks them: of answers, whose scores are all alike, that decides.
 */
const cocoOf = (categories: ReadonlyArray<string>, unsorted: ReadonlyArray<AnsweredDetection>) => {
  const ids = new Map(categories.map((name, id) => [name, id]))
  const answers = unsorted.toSorted((a, b) => rising(idFrom(a.example.id), idFrom(b.example.id)))
  const truth: Coco.Truth = {
    images: answers.map((_, id) => ({ id })),
    categories: categories.map((name, id) => ({ id, name })),
    annotations: answers.flatMap((answer, image_id) =>
      truthOf(answer).map((object) => ({
        image_id,
        category_id: ids.get(object.label) ?? unknown,
        bbox: rectangle(object),
        area: object.area,
        iscrowd: object.crowd ? 1 : 0
      }))
    )
  }
  const detections: ReadonlyArray<Coco.Detection> = answers.flatMap((answer, image_id) =>
    saidOf(answer).map((said) => ({
      image_id,
      category_id: ids.get(said.label) ?? unknown,
      bbox: rectangle(said),
      score: 1
    }))
  )
  return { truth, detections }
}

const rectangle = ({ box }: LabeledBox<"original">): Coco.Rectangle => [
  box.x1,
  box.y1,
  box.x2 - box.x1,
  box.y2 - box.y1
]
