import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Data from "../../src/data/index.ts"
import * as Random from "../../src/pipeline/Random.ts"
import { toArray } from "../../src/pipeline/Rows.ts"
import { Generated, StageKey } from "../../src/pipeline/run/services.ts"
import { ComputeThreads } from "../../src/pipeline/run/ComputeThreads.ts"
import { local } from "../../src/policy/local/local.ts"
import * as Prompt from "../../src/prompt/index.ts"
import * as Rollout from "../../src/rollout/index.ts"
import * as Update from "../../src/update/index.ts"
import * as Tiny from "../policy/local/tiny.ts"
import { spool } from "../../src/testing.ts"
import { recorded } from "../update/support.ts"

const { path, remove } = Tiny.temporaryFolder()
afterAll(remove)

/** Two questions about rendered scenes. */
const batch = Effect.gen(function*() {
  const dataset = yield* Data.shapes({ split: "train", layout: "ovdeval", count: 2 }).run(undefined)
  const prompts = yield* Prompt.template(Prompt.standard).run(dataset)
  return { ...prompts, rows: yield* toArray(prompts.rows) }
}).pipe(Effect.provideService(Generated, { folder: path }), Effect.provide(spool))

const policy = () => local(Tiny.folder, { weights: 0 }).layer.pipe(Layer.provide(Layer.succeed(ComputeThreads, 1)))

describe("a policy with random weights", () => {
  it.live("learns the answers it is shown", () =>
    Effect.gen(function*() {
      const prompts = yield* batch
      const update = Update.sft({ learningRate: 3e-3, warmup: 2 })
      const losses: Array<number> = []
      for (let step = 0; step < 10; step++) {
        const { loss } = yield* recorded(update.run(prompts), { step, steps: 10, checkpoint: undefined })
        losses.push(loss!)
      }
      assert.isBelow(losses.at(-1)!, losses[0]! / 2, losses.join(" "))
    }).pipe(Effect.provide(policy())))

  it.live("learns what is rewarded", () =>
    Effect.gen(function*() {
      const prompts = yield* batch
      const rollout = Rollout.sample({ groupSize: 8, maxTokens: 16 })
      const update = Update.grpo({ learningRate: 3e-3 })
      const means: Array<number> = []
      for (let step = 0; step < 10; step++) {
        const sampled = yield* rollout.run(prompts).pipe(
          Effect.provideService(StageKey, Random.fold(Random.key(0), step))
        )
        // Paid is the share of tokens that are whole numbers below 500, about a third of all tokens.
        const rewards = sampled.groups.map(({ completions }) =>
          completions.map(({ tokens }) => tokens.filter((token) => token < 500).length / tokens.length)
        )
        const parts = rewards.map((group) => group.map((reward) => ({ numbers: { value: reward, factor: 1 } })))
        const { samplerGap } = yield* recorded(update.run({ ...sampled, rewards, parts }), { step, steps: 10, checkpoint: undefined })
        assert.isBelow(samplerGap!, 1e-4)
        means.push(rewards.flat().reduce((sum, reward) => sum + reward, 0) / rewards.flat().length)
      }
      assert.isBelow(means[0]!, 0.5)
      assert.isAbove(means.at(-1)!, means[0]! + 0.2, means.join(" "))
    }).pipe(Effect.provide(policy())))
})
