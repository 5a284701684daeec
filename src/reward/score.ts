import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { SampleRecord } from "../pipeline/run/Records.ts"
import { Recorder } from "../pipeline/run/services.ts"
import * as Stage from "../pipeline/declare/Stage.ts"
import type { Group, Rollouts, ScoredRollouts } from "../rollout/Rollout.ts"
import { boxes } from "../task/detection/read.ts"
import { sum } from "./combine.ts"
import { isReward } from "../task/reward.ts"
import type { Reward, Score } from "../task/reward.ts"
import * as Summary from "./summary.ts"

/** Boxes of one completion that are kept with its sample; COCO counts no more than these either. */
const boxesKept = 100

const stage = Stage.define({
  kind: "reward",
  name: "score",
  module: import.meta.url,
  config: Schema.Struct({}),
  run: (_, rollouts: Rollouts, parts) =>
    Effect.gen(function*() {
      const recorder = yield* Recorder
      const scores = scoreGroups(sum(...parts.filter(isReward)), rollouts)
      for (const [name, value] of Summary.metrics(scores.flat())) recorder.metric(name, value)
      const lengths = rollouts.groups.flatMap(({ completions }) => completions.map(({ tokens }) => tokens.length))
      const cut = rollouts.groups.flatMap(({ completions }) => completions.map((one) => one.finishReason === "length" ? 1 : 0))
      recorder.metric("completionLength", Summary.mean(lengths))
      recorder.metric("completionLengthMax", lengths.reduce((most, length) => Math.max(most, length), 0))
      recorder.metric("truncated", Summary.mean(cut))
      recorder.samples(records(rollouts, scores))
      return toScored(rollouts, scores)
    })
})

/**
 * Scores every completion and records the means and every sample.
 *
 * Metrics: `reward` and `rewardSd` over all completions, `reward/<part>` for each part, `formatRate` where format is
 * one, `completionLength` (mean) and `completionLengthMax` in tokens, `truncated` (share cut off at the most tokens), `rewardErrors` (completions on which some part threw). A sample keeps at most 100
 * boxes.
 */
export const score = (reward: Reward): Stage.Stage<Rollouts, ScoredRollouts, never, Recorder> => stage({}, [reward])

const scoreGroups = (reward: Reward, rollouts: Rollouts): ReadonlyArray<ReadonlyArray<Score>> =>
  rollouts.groups.map(({ completions, prompt }) =>
    completions.map(({ text, tokens }) =>
      reward.score({ completion: text, solution: prompt.solution, tokens: tokens.length })
    )
  )

const toScored = (rollouts: Rollouts, scores: ReadonlyArray<ReadonlyArray<Score>>): ScoredRollouts => ({
  ...rollouts,
  rewards: scores.map((group) => group.map(({ total }) => total)),
  parts: scores.map((group) =>
    group.map(({ parts }) => Object.fromEntries(parts.map(({ factor = 1, part, value }) => [part, { value, factor }])))
  )
})

const records = (rollouts: Rollouts, scores: ReadonlyArray<ReadonlyArray<Score>>): ReadonlyArray<SampleRecord> => {
  const rows: Array<SampleRecord> = []
  rollouts.groups.forEach((group, g) =>
    group.completions.forEach((completion, c) =>
      rows.push({
        ...sampleOf(group, completion, rows.length),
        rewards: scores[g]![c]!.parts,
        boxes: [
          ...group.prompt.truth.map((truth) => ({ role: "true" as const, label: truth.label, ...truth.box })),
          ...boxes(completion.text, group.prompt.space).slice(0, boxesKept).map((said) => ({
            role: "predicted" as const,
            label: said.label,
            ...said.box
          }))
        ]
      })
    )
  )
  return rows
}

/** What a sample's record says of the completion itself, before anybody judged it. */
export const sampleOf = (group: Group, completion: Group["completions"][number], ordinal: number) => ({
  ordinal,
  example: group.prompt.id,
  prompt: group.rendered,
  completion: completion.text,
  solution: group.prompt.solution,
  tokenCount: completion.tokens.length,
  finishReason: completion.finishReason,
  image: group.prompt.image.path,
  width: group.prompt.image.width,
  height: group.prompt.image.height,
  inputWidth: group.prompt.input.width,
  inputHeight: group.prompt.input.height
})
