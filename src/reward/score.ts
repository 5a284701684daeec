/** The reward stage: scores rollouts, and remembers every sample. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stage from "../pipeline/declare/Stage.ts"
import { LoopStep, Recorder } from "../pipeline/run/services.ts"
import type { Rollouts, ScoredRollouts } from "../rollout/rollouts.ts"
import { part, type Reward, type Score } from "../task/reward.ts"
import { judgeRollouts } from "./judgeRollouts.ts"
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
      const { metrics, samples, scores } = yield* judgeRollouts(reward, rollouts, training)
      for (const [name, value] of metrics) recorder.metric(name, value)
      recorder.samples(samples)
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

const toScored = (rollouts: Rollouts, scores: ReadonlyArray<ReadonlyArray<Score>>): ScoredRollouts => ({
  ...rollouts,
  rewards: scores.map((group) => group.map(({ total }) => total)),
  parts: scores.map((group) =>
    group.map(({ parts }) => Object.fromEntries(parts.map(({ factor = 1, part, value }) => [part, { value, factor }])))
  )
})
