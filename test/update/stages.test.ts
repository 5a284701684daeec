import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Random from "../../src/pipeline/Random.ts"
import { StageKey } from "../../src/pipeline/services.ts"
import type { Prompts } from "../../src/prompt/Prompt.ts"
import * as Rollout from "../../src/rollout/index.ts"
import * as Update from "../../src/update/index.ts"
import { bandit, prompt, recorded } from "./support.ts"

const template = { name: "plain", question: "{labels}", request: "", place: "after" } as const
const batch = (...ids: ReadonlyArray<string>): Prompts => ({ template, prompts: ids.map((id) => prompt(id)) })

/** Groups of one-token completions, with a reward each. */
const rollouts = (
  logprob: number,
  ...groups: ReadonlyArray<ReadonlyArray<readonly [token: number, reward: number]>>
) => ({
  maxTokens: 1,
  groups: groups.map((group, i) => ({
    prompt: prompt(`group ${i}`),
    rendered: "",
    completions: group.map(([token]) =>
      ({ tokens: [token], logprobs: [logprob], text: String(token), finishReason: "length" as const }))
  })),
  rewards: groups.map((group) => group.map(([, reward]) => reward)),
  parts: groups.map((group) => group.map(([, reward]) => ({ toy: reward })))
})

describe("Update.grpo", () => {
  it.effect("makes the better completions likelier and the worse ones less so", () =>
    Effect.gen(function*() {
      const policy = bandit(3)
      const stage = Update.grpo({ learningRate: 1 })
      const metrics = yield* recorded(stage.run(rollouts(-Math.log(3), [[0, 1], [1, 0], [2, 0.5]]))).pipe(
        Effect.provide(policy.layer)
      )
      const [better, worse, middle] = policy.probabilities()
      assert.isTrue(better! > middle! && middle! > worse!)
      // Ratio 1, so the loss is minus the mean advantage, which is 0.
      assert.closeTo(metrics.loss!, 0, 1e-12)
      assert.closeTo(metrics.entropy!, Math.log(3), 1e-12)
      assert.strictEqual(metrics.kl, 0)
      assert.strictEqual(metrics.clipFraction, 0)
      assert.strictEqual(metrics.flatGroups, 0)
      assert.closeTo(metrics.samplerGap!, 0, 1e-12)
      assert.isAbove(metrics.gradientNorm!, 0)
      assert.strictEqual(metrics.learningRate, 1)
      assert.strictEqual(policy.calls.reference, 0)
    }))

  it.effect("sends nothing of a flat group through the gradient", () =>
    Effect.gen(function*() {
      const policy = bandit(3)
      const data = rollouts(-Math.log(3), [[0, 1], [1, 1], [2, 1]], [[0, 0], [1, 1], [2, 0]])
      const metrics = yield* recorded(Update.grpo({ learningRate: 1 }).run(data)).pipe(Effect.provide(policy.layer))
      assert.strictEqual(metrics.flatGroups, 0.5)
      assert.deepStrictEqual(policy.calls.backward.map((call) => call.map(({ question }) => question.images)), [
        [["group 1.png"], ["group 1.png"], ["group 1.png"]]
      ])
    }))

  it.effect("still steps, with a gradient of 0, when every group is flat", () =>
    Effect.gen(function*() {
      const policy = bandit(2)
      const data = rollouts(-Math.LN2, [[0, 1], [1, 1]])
      const metrics = yield* recorded(Update.grpo({ learningRate: 1 }).run(data)).pipe(Effect.provide(policy.layer))
      assert.strictEqual(policy.calls.backward.length, 0)
      assert.strictEqual(policy.calls.steps.length, 1)
      assert.strictEqual(metrics.gradientNorm, 0)
      assert.deepStrictEqual(policy.probabilities(), [0.5, 0.5])
    }))

  it.effect("is pulled back to where the loop started by the KL term alone", () =>
    Effect.gen(function*() {
      const policy = bandit(2)
      policy.logits.set([1, 0])
      const away = Math.log(policy.probabilities()[0]!)
      const data = rollouts(away, [[0, 1], [0, 1]])
      const stage = Update.grpo({ learningRate: 1, klCoefficient: 0.5 })
      const metrics = yield* recorded(stage.run(data)).pipe(Effect.provide(policy.layer))
      assert.strictEqual(policy.calls.reference, 1)
      assert.closeTo(metrics.kl!, 0.5 / Math.exp(away) - (-Math.LN2 - away) - 1, 1e-12)
      assert.isBelow(policy.logits[0]! - policy.logits[1]!, 1)
      assert.isAbove(policy.logits[0]! - policy.logits[1]!, 0)
    }))

  it.effect("reports how far the trainer is from what the sampler recorded", () =>
    Effect.gen(function*() {
      const policy = bandit(2)
      const data = rollouts(-Math.LN2 - 0.25, [[0, 1], [1, 0]])
      const metrics = yield* recorded(Update.grpo({ learningRate: 1 }).run(data)).pipe(Effect.provide(policy.layer))
      assert.closeTo(metrics.samplerGap!, 0.25, 1e-12)
    }))

  it.effect("finds the best arm of a bandit, through the rollout stage", () =>
    Effect.gen(function*() {
      const policy = bandit(3)
      const pay = [0.2, 1, 0.5]
      const rollout = Rollout.sample({ groupSize: 8, maxTokens: 1 })
      const update = Update.grpo({ learningRate: 0.5 })
      const step = (index: number) =>
        Effect.gen(function*() {
          const sampled = yield* rollout.run(batch("a", "b")).pipe(
            Effect.provideService(StageKey, Random.fold(Random.key(0), index))
          )
          const rewards = sampled.groups.map(({ completions }) => completions.map(({ tokens }) => pay[tokens[0]!]!))
          const parts = rewards.map((group) => group.map((reward) => ({ pay: reward })))
          yield* recorded(update.run({ ...sampled, rewards, parts }))
        })
      const before = policy.probabilities()
      for (let i = 0; i < 60; i++) yield* step(i).pipe(Effect.provide(policy.layer))
      assert.closeTo(before[1]!, 1 / 3, 1e-12)
      assert.isAbove(policy.probabilities()[1]!, 0.95)
    }))
})

describe("Update.sft", () => {
  it.effect("makes the true answers likelier and records the loss before the step", () =>
    Effect.gen(function*() {
      const policy = bandit(4)
      const prompts = { template, prompts: [prompt("a", "1 1 2"), prompt("b", "1")] }
      const stage = Update.sft({ learningRate: 1, warmup: 4 })
      const metrics = yield* recorded(stage.run(prompts), { step: 1, steps: 8 }).pipe(Effect.provide(policy.layer))
      assert.closeTo(metrics.loss!, Math.log(4), 1e-12)
      assert.strictEqual(metrics.learningRate, 0.5)
      const [never, often, once] = policy.probabilities()
      assert.isTrue(often! > once! && once! > never!)
      // The mean gradient of token 1 is 3/4 - 1/4, of token 2 is 0, of the two others -1/4.
      assert.closeTo(metrics.gradientNorm!, Math.hypot(0.5, 0, 0.25, 0.25), 1e-12)
      assert.deepStrictEqual(policy.calls.backward[0]!.map(({ question, tokens }) => [question.images, tokens]), [
        [["a.png"], [1, 1, 2]],
        [["b.png"], [1]]
      ])
    }))
})
