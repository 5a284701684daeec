/** What a counting evaluation measures. */
import * as Metric from "../../pipeline/declare/Metric.ts"
import { mean } from "../../pipeline/statistics.ts"
import type { Answered } from "../Task.ts"
import type { Example } from "./example.ts"

/** An image, the label, how many there are, and the number of the answer, if any. */
export type AnsweredCounting = Answered<Example, string, number, number | undefined>

export const metrics: ReadonlyArray<Metric.Metric> = [
  Metric.make("accuracy", "%", "higher", "image"),
  Metric.make("meanAbsoluteError", "objects", "lower", "image"),
  Metric.make("answered", "share", "higher", "image")
]

/**
 * Accuracy: the share of answers that are the true number, in percent; what cannot be read is wrong. The mean absolute
 * error is of the answers that hold a number, whose share is `answered`; without any it is left out.
 */
export const measure = (answers: ReadonlyArray<AnsweredCounting>): ReadonlyArray<readonly [name: string, value: number]> => {
  const errors = answers.flatMap(({ answer, prompt }) => answer === undefined ? [] : [Math.abs(answer - prompt.truth)])
  return [
    ["accuracy", 100 * errors.filter((error) => error === 0).length / answers.length],
    ...(errors.length === 0 ? [] : [["meanAbsoluteError", mean(errors)] as const]),
    ["answered", errors.length / answers.length]
  ]
}
