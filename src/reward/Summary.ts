/** The numbers that a step of scoring is remembered by. */
import * as Metric from "../pipeline/declare/Metric.ts"
import { mean, orZero, sd } from "../pipeline/statistics.ts"
import type { Reward, Score } from "../task/reward.ts"
import type { Said } from "../task/Task.ts"

/** What the scores of a reward are summed up in. */
export const metricsOf = (reward: Reward): ReadonlyArray<Metric.Metric> => [
  Metric.make("reward", "", "higher", "completion"),
  Metric.make("rewardSd", "", "neither", "completion"),
  ...reward.partNames.map((name) => Metric.make(`reward/${name}`, "", "higher", "completion")),
  ...(reward.partNames.includes("format") ? [Metric.make("formatRate", "share", "higher", "completion")] : []),
  Metric.make("rewardErrors", "count", "lower", "completion")
]

/** Means of the parts by name, each over the completions that have it. */
const partMeans = (scores: ReadonlyArray<Score>): ReadonlyMap<string, number> =>
  new Map(
    [...Map.groupBy(scores.flatMap(({ parts }) => parts), ({ part }) => part)]
      .map(([name, parts]) => [name, mean(parts.map(({ value }) => value))])
  )

/**
 * Their values: mean and spread of the reward, mean of each part (left out where no completion has it), number of completions
 * on which some part threw.
 */
export const metrics = (
  reward: Reward,
  scores: ReadonlyArray<Score>
): ReadonlyArray<readonly [name: string, value: number]> => {
  const totals = scores.map(({ total }) => total)
  const means = partMeans(scores)
  const format = means.get("format")
  return [
    ["reward", mean(totals)],
    ["rewardSd", orZero(sd(totals))],
    ...reward.partNames.flatMap((name) => means.has(name) ? [[`reward/${name}`, means.get(name)!] as const] : []),
    ...(format === undefined ? [] : [["formatRate", format] as const]),
    ["rewardErrors", scores.filter(({ parts }) => parts.some(({ error }) => error !== undefined)).length]
  ]
}

/** What the lengths of completions are summed up in. */
export const lengthMetrics: ReadonlyArray<Metric.Metric> = [
  Metric.make("completionLength", "tokens", "neither", "completion"),
  Metric.make("completionLengthMax", "tokens", "neither", "completion"),
  Metric.make("truncated", "share", "lower", "completion")
]

/** All values of a step of scoring: of `said`, whose scores are these. */
export const ofStep = (
  reward: Reward,
  scores: ReadonlyArray<Score>,
  said: ReadonlyArray<Pick<Said, "tokenCount" | "finishReason">>
): ReadonlyArray<readonly [name: string, value: number]> => [
  ...metrics(reward, scores),
  ["completionLength", mean(said.map(({ tokenCount }) => tokenCount))],
  ["completionLengthMax", said.reduce((most, { tokenCount }) => Math.max(most, tokenCount), 0)],
  ["truncated", mean(said.map(({ finishReason }) => finishReason === "length" ? 1 : 0))]
]
