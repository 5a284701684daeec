/** What an evaluation measures of any task's answers: their form and their length. */
import * as Metric from "../pipeline/declare/Metric.ts"
import { mean } from "../pipeline/statistics.ts"
import type { Said } from "../task/Task.ts"
import { isWellFormed } from "../task/wellFormed.ts"

export const metrics: ReadonlyArray<Metric.Metric> = [
  Metric.make("formatRate", "share", "higher", "answer"),
  Metric.make("truncated", "share", "lower", "answer"),
  Metric.make("meanTokens", "tokens", "neither", "answer"),
  Metric.make("minTokens", "tokens", "neither", "answer"),
  Metric.make("maxTokens", "tokens", "neither", "answer"),
  Metric.make(Metric.sizeName, "count", "neither", "image")
]

/**
 * `formatRate` and `truncated` (cut off at the token limit) in [0, 1]; `meanTokens`, `minTokens` and `maxTokens` of an
 * answer; `evaluationSize` in images.
 */
export const measure = (answers: ReadonlyArray<Said>): ReadonlyArray<readonly [name: string, value: number]> => {
  const tokens = answers.map(({ tokenCount }) => tokenCount)
  const share = (holds: (said: Said) => boolean): number => mean(answers.map((said) => holds(said) ? 1 : 0))
  return [
    ["formatRate", share(({ text }) => isWellFormed(text))],
    ["truncated", share(({ finishReason }) => finishReason === "length")],
    ["meanTokens", mean(tokens)],
    ["minTokens", tokens.reduce((least, count) => Math.min(least, count), Infinity)],
    ["maxTokens", tokens.reduce((most, count) => Math.max(most, count), 0)],
    [Metric.sizeName, answers.length]
  ]
}
