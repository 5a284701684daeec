/** The reward of a mixture: every task's prompts are scored by a reward of their own. */
import * as Schema from "effect/Schema"
import * as Node from "../pipeline/declare/Node.ts"
import { compose, fallback, part, type Reward, type Score } from "../task/reward.ts"

const judged = compose({
  name: "byTask",
  module: import.meta.url,
  config: Schema.Struct({ tasks: Schema.NonEmptyArray(Schema.NonEmptyString) }),
  parts: { rewards: Node.list(part) },
  covers: ({ tasks }) => tasks,
  partNames: ({ rewards }) => [...new Set(rewards.flatMap(({ partNames }) => partNames))],
  score: ({ tasks }, { rewards }) => {
    const rewardOf = new Map(tasks.map((task, i) => [task, rewards[i]!]))
    return (sample): Score => {
      const reward = sample.task === undefined ? undefined : rewardOf.get(sample.task)
      if (reward !== undefined) return reward.score(sample)
      const error = `there is no reward for the task ${JSON.stringify(sample.task)}; byTask has those of ${tasks.join(", ")}`
      return { total: fallback, parts: [{ part: "byTask", value: fallback, error }] }
    }
  }
})

/**
 * Scores every completion by the reward of its prompt's task: `Reward.byTask({ detection: Reward.weightedSum(), region:
 * Reward.regionAccuracy() })`. Its parts are those of the task's reward; parts of several tasks that have one name, such as
 * `format`, are one part.
 *
 * A study whose prompts are of a task without a reward fails when it is planned; where that cannot be known, such a
 * completion is an error (0). Advantages compare completions of one prompt, so rewards of different scales may stand side by
 * side.
 */
export const byTask = (rewards: { readonly [task: string]: Reward }): Reward =>
  judged({ tasks: Object.keys(rewards) as [string, ...Array<string>] }, { rewards: Object.values(rewards) })
