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
  Metric.make("meanTokensBelowCut", "tokens", "neither", "answer"),
  Metric.make("minTokensBelowCut", "tokens", "neither", "answer"),
  Metric.make("maxTokensBelowCut", "tokens", "neither", "answer"),
  Metric.make("answersFromCut", "count", "neither", "answer"),
  Metric.make(Metric.sizeName, "count", "neither", "image")
]

const least = (counts: ReadonlyArray<number>): number => counts.reduce((least, count) => Math.min(least, count), Infinity)
const most = (counts: ReadonlyArray<number>): number => counts.reduce((most, count) => Math.max(most, count), 0)

/** Lengths in tokens, and those below the cut. */
const lengths = (tokens: ReadonlyArray<number>, tokenCut: number): ReadonlyArray<readonly [name: string, value: number]> => {
  const below = tokens.filter((count) => count < tokenCut)
  return [
    ["meanTokens", mean(tokens)],
    ["minTokens", least(tokens)],
    ["maxTokens", most(tokens)],
    ...(below.length === 0 ? [] : [
      ["meanTokensBelowCut", mean(below)] as const,
      ["minTokensBelowCut", least(below)] as const,
      ["maxTokensBelowCut", most(below)] as const
    ]),
    ["answersFromCut", tokens.length - below.length]
  ]
}

/**
 * `formatRate` and `truncated` (cut off at the token limit) in [0, 1]; `meanTokens`, `minTokens` and `maxTokens` of an
 * answer; the same of the answers of fewer than `tokenCut` tokens (left out where there is none), and `answersFromCut`, the
 * number of the others; `evaluationSize` in images. Where words were said and no tokens counted, as by a policy that answers
 * from a file, all lengths are left out.
 *
 * Source of the cut: VLM-R1 findings, section 6.2.
 */
export const measure = (
  answers: ReadonlyArray<Said>,
  tokenCut: number
): ReadonlyArray<readonly [name: string, value: number]> => {
  const counted = answers.every(({ text, tokenCount }) => tokenCount > 0 || text === "")
  const share = (holds: (said: Said) => boolean): number => mean(answers.map((said) => holds(said) ? 1 : 0))
  return [
    ["formatRate", share(({ text }) => isWellFormed(text))],
    ["truncated", share(({ finishReason }) => finishReason === "length")],
    ...(counted ? lengths(answers.map(({ tokenCount }) => tokenCount), tokenCut) : []),
    [Metric.sizeName, answers.length]
  ]
}
