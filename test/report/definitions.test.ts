/** Every metric that a shipped stage records is defined, and every reward: none is left out, and none that is not there. */
import { assert, describe, it } from "vitest"
import { Data, Evaluate, Reward, Rollout, Task, Update } from "../../src/index.ts"
import { metrics } from "../../src/report/definitions/metrics.ts"
import { rewards } from "../../src/report/definitions/rewards.ts"
import { names } from "../../src/reward/scoreRows.ts"

const data = Data.shapes({ split: "validation", layout: "coco" })
const judged = Reward.score(Reward.sum(Reward.ap(), Reward.format()))

/** A stage for every group of metrics. */
const stages = {
  detection: Evaluate.detection({ data, mode: "positive", reward: Reward.ap() }),
  referring: Evaluate.referring({ data: Task.referring.expressions(data) }),
  region: Evaluate.region({ data: Task.region.choices(data) }),
  counting: Evaluate.counting({ data: Task.counting.questions(data) }),
  rise: Evaluate.rise({ of: "reward", as: "rise" }),
  scoring: judged,
  dynamic: Rollout.dynamic({ groups: 2 }, Rollout.sample({ groupSize: 2, maxTokens: 8 }), judged),
  update: Update.grpo({ learningRate: 1e-4 }),
  sft: Update.sft({ learningRate: 1e-4 })
}

const recorded = (stage: { readonly metrics: ReadonlyArray<{ readonly name: string }> }): ReadonlySet<string> =>
  new Set(stage.metrics.map(({ name }) => name.replace(/^reward\/.*/, "reward/PART")))

const defined = (...groups: ReadonlyArray<keyof typeof metrics>): Array<string> => groups.flatMap((group) => Object.keys(metrics[group].metrics))

describe("definitions of metrics", () => {
  it("are those of every evaluation", () => {
    for (const task of Object.keys(Task).filter((key): key is keyof typeof stages & keyof typeof metrics => key in metrics)) {
      const answers = defined("answers").filter((name) => name !== "reward" || recorded(stages[task]).has("reward"))
      assert.sameMembers([...recorded(stages[task])], [...defined(task), ...answers], task)
    }
    assert.include(recorded(stages.detection), "reward")
  })

  it("are those of training and its curves", () => {
    for (const group of ["rise", "scoring", "update", "sft"] as const) assert.sameMembers([...recorded(stages[group])], defined(group), group)
    assert.sameMembers([...recorded(stages.dynamic)], defined("dynamic", "scoring"))
  })
})

describe("definitions of rewards", () => {
  it("are those of every reward that goes by name, and of what is called as they are", () => {
    const made = ["softOverlong", "judge", "sum", "weight", "byTask"]
    assert.sameMembers(Object.keys(rewards), [...names, ...made])
    for (const name of made) assert.property(Reward, name)
  })
})
