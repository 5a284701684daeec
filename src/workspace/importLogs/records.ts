/** Imported steps as runs.db keeps them. */
import type { Layout } from "../../logs/layout.ts"
import type { LoggedSample, LoggedStep } from "../../logs/loggedStep.ts"
import { named, ofPart } from "../../logs/named.ts"
import type { Survey } from "../../logs/survey.ts"
import type * as Metric from "../../pipeline/declare/Metric.ts"
import { sha256 } from "../../pipeline/plan/Canonical.ts"
import type { MetricValue, ScopedSample, StepRecord } from "../../pipeline/run/Records.ts"
import { mean } from "../../pipeline/statistics.ts"

/** Metrics that the trainer did not log and that follow from the completions of a step: by name, the part whose mean they are. */
export type Derived = { readonly [metric: string]: string }

/** What is derived of a log: the mean of each part, and that of the whole reward where completions have it. */
export const derivedOf = ({ metrics, parts }: Survey, { columns }: Layout): Derived => {
  const logged = new Set(metrics.map((name) => named(name).name))
  const total = columns.total.find((name) => parts.includes(name))
  const all = [...(total === undefined ? [] : [["reward", total] as const]), ...parts.map((part) => [ofPart(part).name, part] as const)]
  return Object.fromEntries(all.filter(([name]) => !logged.has(name)))
}

/** Everything that the imported stage may record. */
export const declared = ({ metrics }: Survey, derived: Derived): ReadonlyArray<Metric.Declared> => {
  const all = [...metrics.map(named), ...Object.keys(derived).map((name) => name === "reward" ? named(name) : ofPart(name.slice("reward/".length)))]
  return [...new Map(all.map((metric) => [metric.name, { ...metric, scope: "" }])).values()]
}

/** The values that are derived of a step; none of a step without completions. */
export const derivedIn = (
  derived: Derived,
  samples: ReadonlyArray<{ readonly rewards: { readonly [part: string]: number } }>
): ReadonlyArray<readonly [name: string, value: number]> =>
  Object.entries(derived).flatMap(([name, part]) => {
    // an infinite reward is none in the database, and would be none when the mean is taken again
    const values = samples.flatMap(({ rewards }) => rewards[part] ?? []).filter(Number.isFinite)
    return values.length === 0 ? [] : [[name, mean(values)] as const]
  })

const sampleOf = (sample: LoggedSample, ordinal: number, tokenCount: number): ScopedSample => ({
  scope: "",
  ordinal,
  // logs name no examples: completions of one prompt are told by it
  example: `prompt-${sha256(sample.prompt).slice(0, 12)}`,
  prompt: sample.prompt,
  completion: sample.completion,
  solution: sample.solution ?? "",
  tokenCount,
  finishReason: sample.finishReason ?? "stop",
  rewards: Object.entries(sample.rewards).map(([part, value]) => ({ part, value })),
  details: { ...(sample.advantage === undefined ? {} : { advantage: sample.advantage }), columns: sample.others }
})

/** The record of a step. `count` counts the tokens of a completion; 0 where nobody counts. */
export const recordOf = ({ metrics, samples, step }: LoggedStep, derived: Derived, count: (text: string) => number): StepRecord => {
  const values = [...Object.entries(metrics).map(([name, value]) => [named(name).name, value] as const), ...derivedIn(derived, samples)]
  return {
    step,
    metrics: values.map(([name, value]): MetricValue => ({ scope: "", name, value })),
    samples: samples.map((sample, i) => sampleOf(sample, i, count(sample.completion)))
  }
}
