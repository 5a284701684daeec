/** Rollouts as a reward finds them: their scores, the numbers that the step is remembered by, and every sample. */
import * as Effect from "effect/Effect"
import type { SampleRecord } from "../pipeline/run/Records.ts"
import { type Completion, lengthOf } from "../policy/sampler.ts"
import type { Rollouts } from "../rollout/rollouts.ts"
import { lookUp } from "../task/lookUp.ts"
import type { Prompt } from "../task/prompt.ts"
import { record } from "../task/record.ts"
import type { Reward, Score } from "../task/reward.ts"
import { scorable } from "../task/scorable.ts"
import * as Task from "../task/Task.ts"
import type { Said } from "../task/Task.ts"
import type { Training } from "../task/threshold.ts"
import { sum } from "./combine.ts"
import * as Summary from "./Summary.ts"

/** What came of judging. */
export interface Judged {
  /** Of every completion, group by group. */
  readonly scores: ReadonlyArray<ReadonlyArray<Score>>
  /** Their values by name, as `Summary` has them. */
  readonly metrics: ReadonlyArray<readonly [name: string, value: number]>
  readonly samples: ReadonlyArray<SampleRecord>
}

const saidBy = (completion: Completion): Said => ({ text: completion.text, tokenCount: lengthOf(completion), finishReason: completion.finishReason })

/** Judges every completion. `training` says where training stands, which only scheduled rewards get to see. */
export const judgeRollouts = (reward: Reward, rollouts: Rollouts, training: Training | undefined): Effect.Effect<Judged> =>
  Effect.map(scoreGroups(sum(reward), rollouts, training), (scores) => {
    const said = rollouts.groups.flatMap(({ completions }) =>
      completions.map(saidBy))
    return { scores, metrics: Summary.ofStep(reward, scores.flat(), said), samples: records(rollouts, scores) }
  })

const scoreGroups = (reward: Reward, { groups }: Rollouts, training: Training | undefined) =>
  Effect.gen(function*() {
    const samples = groups.flatMap(({ completions, prompt }) =>
      completions.map((one) => scorable(prompt, one.text, lengthOf(one), training))
    )
    const scores = (yield* lookUp([reward], samples)).map((sample) => reward.score(sample))
    let next = 0
    return groups.map(({ completions }) => scores.slice(next, next += completions.length))
  })

/** What the task of a prompt keeps of a completion, read as it reads answers. */
const kept = (prompt: Prompt, text: string): SampleRecord["tables"] => {
  const task = Task.named(prompt.task)
  return task.keeps?.(prompt as Prompt<never, never>, task.read(text, prompt as Prompt<never, never>) as never)
}

const records = (rollouts: Rollouts, scores: ReadonlyArray<ReadonlyArray<Score>>): ReadonlyArray<SampleRecord> => {
  const rows: Array<SampleRecord> = []
  rollouts.groups.forEach(({ completions, prompt, rendered }, g) =>
    completions.forEach((completion, c) => {
      rows.push(record(prompt, rendered, saidBy(completion), rows.length, scores[g]![c]!.parts, kept(prompt, completion.text)))
    })
  )
  return rows
}
