/** The reward stage: scores rollouts, and remembers every sample. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stage from "../pipeline/declare/Stage.ts"
import type { SampleRecord } from "../pipeline/run/Records.ts"
import { LoopStep, Recorder } from "../pipeline/run/services.ts"
import type { Rollouts, ScoredRollouts } from "../rollout/rollouts.ts"
import { lookUp } from "../task/lookUp.ts"
import type { Prompt } from "../task/prompt.ts"
import { record } from "../task/record.ts"
import { part, type Reward, type Score } from "../task/reward.ts"
import { scorable } from "../task/scorable.ts"
import * as Task from "../task/Task.ts"
import type { Said } from "../task/Task.ts"
import type { Training } from "../task/threshold.ts"
import { sum } from "./combine.ts"
import * as Summary from "./Summary.ts"

const stage = Stage.define({
  kind: "reward",
  name: "score",
  module: import.meta.url,
  config: Schema.Struct({}),
  parts: { reward: part },
  metrics: (_, { reward }) => [
    ...Summary.metricsOf(reward),
    ...Summary.lengthMetrics
  ],
  run: (_, rollouts: Rollouts, { reward }) =>
    Effect.gen(function*() {
      const recorder = yield* Recorder
      const loop = Option.getOrUndefined(yield* Effect.serviceOption(LoopStep))
      const training = loop === undefined ? undefined : { step: loop.step, steps: loop.steps }
      const scores = yield* scoreGroups(sum(reward), rollouts, training)
      const said = rollouts.groups.flatMap(({ completions }) =>
        completions.map(({ finishReason, text, tokens }): Said => ({ text, tokenCount: tokens.length, finishReason })))
      for (const [name, value] of Summary.ofStep(reward, scores.flat(), said)) recorder.metric(name, value)
      recorder.samples(records(rollouts, scores))
      return toScored(rollouts, scores)
    })
})

/**
 * Scores every completion and records the means and every sample, with what its task keeps of it.
 *
 * Metrics: `reward` and `rewardSd` over all completions, `reward/<part>` for each part, `formatRate` where format is
 * one, `completionLength` (mean) and `completionLengthMax` in tokens, `truncated` (share cut off at the most tokens),
 * `rewardErrors` (completions on which some part threw).
 */
export const score = (reward: Reward): Stage.Stage<Rollouts, ScoredRollouts, never, Recorder> => stage({}, { reward })

/** The scores of every group; samples are told where training stands, which only scheduled rewards get to see. */
const scoreGroups = (reward: Reward, { groups }: Rollouts, training: Training | undefined) =>
  Effect.gen(function*() {
    const samples = groups.flatMap(({ completions, prompt }) =>
      completions.map(({ text, tokens }) => scorable(prompt, text, tokens.length, training))
    )
    const scores = (yield* lookUp([reward], samples)).map((sample) => reward.score(sample))
    let next = 0
    return groups.map(({ completions }) => scores.slice(next, next += completions.length))
  })

const toScored = (rollouts: Rollouts, scores: ReadonlyArray<ReadonlyArray<Score>>): ScoredRollouts => ({
  ...rollouts,
  rewards: scores.map((group) => group.map(({ total }) => total)),
  parts: scores.map((group) =>
    group.map(({ parts }) => Object.fromEntries(parts.map(({ factor = 1, part, value }) => [part, { value, factor }])))
  )
})

/** What the task of a prompt keeps of a completion, read as it reads answers. */
const kept = (prompt: Prompt, text: string): SampleRecord["tables"] => {
  const task = Task.named(prompt.task)
  return task.keeps?.(prompt as Prompt<never, never>, task.read(text, prompt as Prompt<never, never>) as never)
}

const records = (rollouts: Rollouts, scores: ReadonlyArray<ReadonlyArray<Score>>): ReadonlyArray<SampleRecord> => {
  const rows: Array<SampleRecord> = []
  rollouts.groups.forEach(({ completions, prompt, rendered }, g) =>
    completions.forEach(({ finishReason, text, tokens }, c) => {
      const said = { text, tokenCount: tokens.length, finishReason }
      rows.push(record(prompt, rendered, said, rows.length, scores[g]![c]!.parts, kept(prompt, text)))
    })
  )
  return rows
}
