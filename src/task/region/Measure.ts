/** What a region evaluation measures. */
import * as Metric from "../../pipeline/declare/Metric.ts"
import { mean } from "../../pipeline/statistics.ts"
import type { Box } from "../../vision/Box.ts"
import type { Answered } from "../Task.ts"
import type { Example } from "./example.ts"

/** A box, in the space of its numbers, and the labels to choose from. */
export interface Choice {
  readonly box: Box
  readonly options: ReadonlyArray<string>
}

/** An image, the choice, the true label, and the option of the answer, if any. */
export type AnsweredRegion = Answered<Example, Choice, string, string | undefined>

export const metrics: ReadonlyArray<Metric.Metric> = [Metric.make("accuracy", "%", "higher", "image")]

/** Accuracy: the share of answers that are the true label and nothing else, in percent. */
export const measure = (answers: ReadonlyArray<AnsweredRegion>): ReadonlyArray<readonly [name: string, value: number]> => [
  ["accuracy", 100 * mean(answers.map(({ answer, prompt }) => (answer === prompt.truth ? 1 : 0)))]
]
