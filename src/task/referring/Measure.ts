/** What a referring evaluation measures. */
import * as Metric from "../../pipeline/declare/Metric.ts"
import { mean } from "../../pipeline/statistics.ts"
import { type Box, convert, type Spoken } from "../../vision/Box.ts"
import type { Dataset } from "../dataset.ts"
import type { Answered } from "../Task.ts"
import type { Variant } from "../variant.ts"
import type { Example } from "./example.ts"
import * as Reading from "./Reading.ts"

/** An image, the expression, the true box, and the box of the answer, if any. */
export type AnsweredReferring = Answered<Example, string, Box<Spoken>, Box<Spoken> | undefined>

export const metrics: ReadonlyArray<Metric.Metric> = [
  Metric.make("accuracy", "%", "higher", "image"),
  Metric.make("meanIoU", "share", "higher", "image")
]

const inFile = (box: Box<Spoken> | undefined, { prompt }: AnsweredReferring): Box<"original"> | undefined =>
  box === undefined ? undefined : convert(box, "original", { original: prompt.image, resized: prompt.input })

/** The box of the answer, in pixels of the image file. */
export const saidOf = (answered: AnsweredReferring): Box<"original"> | undefined => inFile(answered.answer, answered)

const overlap = (variant: Variant) => (answered: AnsweredReferring): number => {
  const reading = Reading.of[variant]
  const said = inFile(reading.box(answered.said.text, answered.prompt.space), answered)
  return said === undefined ? 0 : reading.iou(said, answered.example.box)
}

/**
 * Accuracy: the share of answers whose box has an IoU above 0.5, not equal to it, with the true one, in percent; and the mean
 * IoU, where no box counts as 0. In pixels of the image file. `faithful` reads and compares as the published evaluation does.
 *
 * Source: the rule of RefCOCO, by which VLM-R1 findings, section 6.1, count.
 */
export const measure = (
  answers: ReadonlyArray<AnsweredReferring>,
  _dataset: Dataset<Example>,
  { variant }: { readonly variant: Variant }
): ReadonlyArray<readonly [name: string, value: number]> => {
  const overlaps = answers.map(overlap(variant))
  return [
    ["accuracy", 100 * mean(overlaps.map((value) => (value > 0.5 ? 1 : 0)))],
    ["meanIoU", mean(overlaps)]
  ]
}
