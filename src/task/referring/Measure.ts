/** What a referring evaluation measures. */
import * as Metric from "../../pipeline/declare/Metric.ts"
import { mean } from "../../pipeline/statistics.ts"
import { type Box, convert, iou, type Spoken } from "../../vision/Box.ts"
import type { Answered } from "../Task.ts"
import type { Example } from "./example.ts"

/** An image, the expression, the true box, and the box of the answer, if any. */
export type AnsweredReferring = Answered<Example, string, Box<Spoken>, Box<Spoken> | undefined>

export const metrics: ReadonlyArray<Metric.Metric> = [
  Metric.make("accuracy", "%", "higher", "image"),
  Metric.make("meanIoU", "share", "higher", "image")
]

/** The box of the answer, in pixels of the image file. */
export const saidOf = ({ answer, prompt }: AnsweredReferring): Box<"original"> | undefined =>
  answer === undefined ? undefined : convert(answer, "original", { original: prompt.image, resized: prompt.input })

const overlap = (answered: AnsweredReferring): number => {
  const said = saidOf(answered)
  return said === undefined ? 0 : iou(said, answered.example.box)
}

/**
 * Accuracy: the share of answers whose box has an IoU above 0.5, not equal to it, with the true one, in percent; and the mean
 * IoU, where no box counts as 0. In pixels of the image file.
 *
 * Source: the rule of RefCOCO, by which VLM-R1 findings, section 6.1, count.
 */
export const measure = (answers: ReadonlyArray<AnsweredReferring>): ReadonlyArray<readonly [name: string, value: number]> => {
  const overlaps = answers.map(overlap)
  return [
    ["accuracy", 100 * mean(overlaps.map((value) => (value > 0.5 ? 1 : 0)))],
    ["meanIoU", mean(overlaps)]
  ]
}
