/** Dynamic sampling: rollouts until enough groups differ. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Config from "../pipeline/declare/Config.ts"
import * as Metric from "../pipeline/declare/Metric.ts"
import * as Stage from "../pipeline/declare/Stage.ts"
import * as Random from "../pipeline/Random.ts"
import * as RecordBuffer from "../pipeline/run/RecordBuffer.ts"
import { Recorder, StageKey } from "../pipeline/run/services.ts"
import type { PromptBatch } from "../task/prompt.ts"
import { isFlat } from "../pipeline/statistics.ts"
import type { Rollouts, ScoredRollouts } from "./rollouts.ts"

const pick = (round: ScoredRollouts, wanted: ReadonlyArray<number>): ScoredRollouts => ({
  ...round,
  groups: wanted.map((i) => round.groups[i]!),
  rewards: wanted.map((i) => round.rewards[i]!),
  parts: wanted.map((i) => round.parts[i]!)
})

const join = (a: ScoredRollouts, b: ScoredRollouts): ScoredRollouts => ({
  ...a,
  groups: [...a.groups, ...b.groups],
  rewards: [...a.rewards, ...b.rewards],
  parts: [...a.parts, ...b.parts]
})

const stage = Stage.define({
  kind: "rollout",
  name: "dynamic",
  module: import.meta.url,
  config: Schema.Struct({
    /** Groups to hand on: how many prompts are tried at a time, and when it is enough. */
    groups: Config.Count
  }),
  parts: { sample: Stage.part<PromptBatch, Rollouts>(), score: Stage.part<Rollouts, ScoredRollouts>() },
  subject: "reads",
  random: true,
  metrics: (_, { sample, score }) => [
    ...sample.metrics,
    ...score.metrics,
    Metric.make("groupsTried", "count", "neither", "group")
  ],
  run: (config, batch: PromptBatch, { sample, score }) =>
    Effect.gen(function*() {
      const recorder = yield* Recorder
      const key = yield* StageKey
      const sums = new Map<string, { readonly sum: number; readonly weight: number }>()
      let kept: ScoredRollouts | undefined
      let tried = 0
      for (let from = 0; from < batch.rows.length && (kept?.groups.length ?? 0) < config.groups; from += config.groups) {
        const rows = batch.rows.slice(from, from + config.groups)
        const buffer = RecordBuffer.make(recorder.progress)
        const round = yield* sample.run({ ...batch, rows }).pipe(
          Effect.flatMap(score.run),
          Effect.provideService(StageKey, Random.fold(key, from)),
          Effect.provideService(Recorder, buffer.recorder)
        )
        const { metrics, samples } = buffer.record(0)
        for (const { name, value } of metrics) {
          const { sum, weight } = sums.get(name) ?? { sum: 0, weight: 0 }
          sums.set(name, { sum: sum + value * rows.length, weight: weight + rows.length })
        }
        const first = tried * (samples.length / rows.length)
        recorder.samples(samples.map((row) => ({ ...row, ordinal: row.ordinal + first })))
        tried += rows.length
        const varied = pick(round, round.rewards.flatMap((rewards, i) => (isFlat(rewards) ? [] : [i])))
        kept = kept === undefined ? varied : join(kept, varied)
      }
      for (const [name, { sum, weight }] of sums) recorder.metric(name, sum / weight)
      recorder.metric("groupsTried", tried)
      const found = kept ?? { groups: [], maxTokens: 0, rewards: [], parts: [] }
      return pick(found, found.groups.slice(0, config.groups).map((_, i) => i))
    })
})

/**
 * Samples and scores `groups` prompts of the batch at a time until as many groups are found in which not all completions
 * earned the same, and hands on those alone. A loop's batch says how many prompts it may try; fewer groups than wanted come
 * out when the batch is used up.
 *
 * Records what `sample` and `score` record, as means over everything tried (a part of a reward that some tasks lack: over the
 * rounds that have it), and `groupsTried`.
 *
 * Source: DAPO, arXiv 2503.14476, section 3.2 ("dynamic sampling").
 */
export const dynamic = <E1, R1, E2, R2>(
  config: Parameters<typeof stage>[0],
  sample: Stage.Stage<PromptBatch, Rollouts, E1, R1>,
  score: Stage.Stage<Rollouts, ScoredRollouts, E2, R2>
): Stage.Stage<PromptBatch, ScoredRollouts, E1 | E2, R1 | R2 | StageKey | Recorder> => stage(config, { sample, score })
