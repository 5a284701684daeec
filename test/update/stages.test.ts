import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Random from "../../src/pipeline/Random.ts"
import { StageKey } from "../../src/pipeline/run/services.ts"
import { Trainer } from "../../src/policy/trainer.ts"
import type { PromptBatch } from "../../src/task/prompt.ts"
import * as Reward from "../../src/reward/index.ts"
import * as Rollout from "../../src/rollout/index.ts"
import * as Testing from "../../src/testing.ts"
import * as Update from "../../src/update/index.ts"
import { bandit, prompt, recorded } from "./support.ts"

const template = { name: "plain", question: "{labels}", request: "", place: "after" } as const
const batch = (...ids: ReadonlyArray<string>): PromptBatch => ({ template, task: "detection", rows: ids.map((id) => prompt(id)) })

/** Groups of one-token completions, with a reward each. */
const rollouts = (
  logprob: number,
  ...groups: ReadonlyArray<ReadonlyArray<readonly [token: number, reward: number]>>
): Rollout.ScoredRollouts => ({
  maxTokens: 1,
  groups: groups.map((group, i) => ({
    prompt: prompt(`group ${i}`),
    rendered: "",
    completions: group.map(([token]) =>
      ({ tokens: [token], logprobs: [logprob], text: String(token), finishReason: "length" as const }))
  })),
  rewards: groups.map((group) => group.map(([, reward]) => reward)),
  parts: groups.map((group) => group.map(([, reward]) => ({ toy: { value: reward, factor: 1 } })))
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

  it.effect("teaches the policy that answered, at the temperature at which it did", () =>
    Effect.gen(function*() {
      const policy = bandit(3)
      const train = (data: Rollout.ScoredRollouts, options = {}) =>
        recorded(Update.grpo({ learningRate: 1, ...options }).run(data)).pipe(Effect.provide(policy.layer))
      yield* train(rollouts(-Math.log(3), [[0, 1], [1, 0], [2, 0.5]]))
      const before = policy.probabilities()
      // whatever the sampler says of it at temperature 1, the ratio is 1 where it answered
      const drawn = { ...rollouts(Math.log(before[0]!), [[0, 1], [1, 0]]), temperature: 0.5 }
      const metrics = yield* train(drawn)
      assert.deepStrictEqual(policy.calls.backward.at(-1)!.map(({ temperature }) => temperature), [0.5, 0.5])
      assert.closeTo(metrics.loss!, 0, 1e-12)
      assert.isNaN(metrics.samplerGap)
      const squared = before.map((p) => p ** 2)
      const sharp = squared.map((p) => p / squared.reduce((sum, x) => sum + x, 0))
      assert.closeTo(metrics.entropy!, -(Math.log(sharp[0]!) + Math.log(sharp[1]!)) / 2, 1e-9)
      assert.include(String(yield* Effect.flip(train(drawn, { importanceCap: 2 }))), "importanceCap")
    }))

  it.effect("records no norm of the gradient where the trainer tells none", () =>
    Effect.gen(function*() {
      const policy = bandit(3)
      const trainer = yield* Trainer.pipe(Effect.provide(policy.layer))
      const silent = Layer.succeed(Trainer, { ...trainer, step: (how) => Effect.as(trainer.step(how), { gradientNorm: undefined }) })
      const metrics = yield* recorded(Update.grpo({ learningRate: 1 }).run(rollouts(-Math.log(3), [[0, 1], [1, 0]]))).pipe(Effect.provide(silent))
      assert.isNaN(metrics.gradientNorm)
      assert.closeTo(metrics.loss!, 0, 1e-12)
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
          const parts = rewards.map((group) => group.map((reward) => ({ pay: { value: reward, factor: 1 } })))
          yield* recorded(update.run({ ...sampled, rewards, parts }))
        })
      const before = policy.probabilities()
      for (let i = 0; i < 60; i++) yield* step(i).pipe(Effect.provide(policy.layer))
      assert.closeTo(before[1]!, 1 / 3, 1e-12)
      assert.isAbove(policy.probabilities()[1]!, 0.95)
    }))
})

describe("the other methods", () => {
  const methods = {
    grpo: Update.grpo,
    drGrpo: Update.drGrpo,
    dapo: Update.dapo,
    gspo: Update.gspo,
    cispo: Update.cispo
  }
  for (const [name, method] of Object.entries(methods)) {
    it.effect(`find the better of two arms, whose policy tends to certainty: ${name}`, () =>
      Effect.gen(function*() {
        const policy = bandit(2)
        const update = method({ learningRate: 1, iterations: 2 })
        const rollout = Rollout.sample({ groupSize: 8, maxTokens: 1 })
        for (let step = 0; step < 40; step++) {
          const sampled = yield* rollout.run(batch("a", "b")).pipe(
            Effect.provideService(StageKey, Random.fold(Random.key(1), step)),
            Effect.provide(policy.layer)
          )
          const rewards = sampled.groups.map(({ completions }) => completions.map(({ tokens }) => tokens[0]!))
          const parts = rewards.map((group) => group.map((reward) => ({ arm: { value: reward, factor: 1 } })))
          yield* recorded(update.run({ ...sampled, rewards, parts })).pipe(Effect.provide(policy.layer))
        }
        assert.isAbove(policy.probabilities()[1]!, 0.9)
      }))
  }

  it.effect("settle, with a KL term, where reward and divergence balance", () =>
    Effect.gen(function*() {
      // All of the arms' exact shares in one group, rewards 0 and 1, no scaling: the gradient is that of
      // E[reward] - b KL(policy || start), whose maximum has odds e^(1 / b) of the better arm.
      const policy = bandit(2)
      const b = 0.5
      const update = Update.drGrpo({ learningRate: 0.4, klCoefficient: b, klEstimator: "k2" })
      for (let step = 0; step < 400; step++) {
        const [worse, better] = policy.probabilities().map((p) => Math.round(p * 1000))
        const tokens = [...new Array<number>(worse!).fill(0), ...new Array<number>(better!).fill(1)]
        const logits = policy.probabilities().map(Math.log)
        const data = rollouts(0, tokens.map((token) => [token, token] as const))
        const groups = data.groups.map((group) => ({
          ...group,
          completions: group.completions.map((one) => ({ ...one, logprobs: one.tokens.map((token) => logits[token]!) }))
        }))
        yield* recorded(update.run({ ...data, groups })).pipe(Effect.provide(policy.layer))
      }
      assert.closeTo(policy.logits[1]! - policy.logits[0]!, 1 / b, 0.05)
    }))
})

describe("what every update method can do", () => {
  const run = (stage: ReturnType<typeof Update.grpo>, data: ReturnType<typeof rollouts>, policy: ReturnType<typeof bandit>, step = 0) =>
    recorded(stage.run(data), { step, steps: 10, checkpoint: step === 0 ? undefined : step - 1 }).pipe(Effect.provide(policy.layer))

  it.effect("takes several steps on one batch, with the ratios of what is then the policy", () =>
    Effect.gen(function*() {
      const policy = bandit(2)
      const data = rollouts(-Math.LN2, [[0, 1], [1, 0]])
      const metrics = yield* run(Update.grpo({ learningRate: 5, iterations: 3 }), data, policy)
      assert.strictEqual(policy.calls.steps.length, 3)
      // The first step alone leaves the bounds, so the other two have nothing to teach.
      assert.closeTo(metrics.clipFraction!, 2 / 3, 1e-12)
      assert.strictEqual(policy.calls.backward.length, 1)
    }))

  it.effect("leaves flat groups out of the averages when asked to", () =>
    Effect.gen(function*() {
      const data = rollouts(-Math.LN2, [[0, 1], [1, 0]], [[0, 1], [1, 1]])
      const [all, varied] = [bandit(2), bandit(2)]
      yield* run(Update.grpo({ learningRate: 0.1 }), data, all)
      yield* run(Update.grpo({ learningRate: 0.1, dropFlat: true }), data, varied)
      assert.closeTo(varied.logits[0]!, 2 * all.logits[0]!, 1e-12)
    }))

  it.effect("with parts compared, leaves out no group of equal totals whose parts differ", () =>
    Effect.gen(function*() {
      const one = (a: number, b: number) => ({ a: { value: a, factor: 2 }, b: { value: b, factor: 1 } })
      const data = { ...rollouts(-Math.LN2, [[0, 2], [1, 2]]), parts: [[one(1, 0), one(0, 2)]] }
      const learned = Effect.fnUntraced(function*(compare: "total" | "parts") {
        const policy = bandit(2)
        yield* run(Update.grpo({ learningRate: 0.1, dropFlat: true, compare }), data, policy)
        return policy.logits[0]!
      })
      assert.strictEqual(yield* learned("total"), 0)
      assert.isAbove(yield* learned("parts"), 0, "a counts twice, b once, each by its own spread")
    }))

  it.effect("moves the reference along when asked to", () =>
    Effect.gen(function*() {
      const policy = bandit(2)
      policy.logits.set([1, 0])
      const data = rollouts(Math.log(policy.probabilities()[0]!), [[0, 1], [0, 1]])
      const stage = Update.grpo({ learningRate: 0, klCoefficient: 0.5, syncReferenceEvery: 2 })
      const kls: Array<number> = []
      for (const step of [0, 1, 2]) kls.push((yield* run(stage, data, policy, step)).kl!)
      assert.isTrue(kls[0]! > 0 && kls[0] === kls[1])
      assert.strictEqual(kls[2], 0)
      assert.strictEqual(policy.calls.synced, 1)
    }))

  it.effect("weighs tokens by how much likelier the trainer finds them than the sampler, up to the cap", () =>
    Effect.gen(function*() {
      const data = rollouts(-Math.LN2 - 0.5, [[0, 1], [1, 0]])
      const gained = Effect.fnUntraced(function*(importanceCap: number) {
        const policy = bandit(2)
        yield* run(Update.cispo({ learningRate: 0.1, importanceCap }), data, policy)
        return policy.logits[0]!
      })
      const plain = bandit(2)
      yield* run(Update.cispo({ learningRate: 0.1 }), rollouts(-Math.LN2, [[0, 1], [1, 0]]), plain)
      assert.closeTo(yield* gained(4), Math.exp(0.5) * plain.logits[0]!, 1e-12)
      assert.closeTo(yield* gained(1.5), 1.5 * plain.logits[0]!, 1e-12)
    }))

  it.effect("stops at the first number that is not finite, and says where to go on", () =>
    Effect.gen(function*() {
      const data = rollouts(-Math.LN2, [[0, 1], [1, 0]])
      const broken = { ...data, rewards: [[Number.NaN, 0]] }
      const failure = yield* Effect.flip(run(Update.grpo({ learningRate: 1 }), broken, bandit(2), 7))
      assert.match(failure.message, /loss is NaN at step 7.*group 0.*checkpoint is that of step 6.*learningRate/)
    }))
})

describe("Rollout.dynamic", () => {
  /** Prompts whose name starts with "flat" pay the same whatever is said. */
  const score = Reward.score(
    Reward.define({
      name: "arm",
      module: import.meta.url,
      config: Schema.Struct({}),
      score: (_, { completion, solution }) => (solution === "flat" ? 1 : Number(completion))
    })()
  )
  const dynamic = Rollout.dynamic({ groups: 2 }, Rollout.sample({ groupSize: 8, maxTokens: 1 }), score)
  const run = (...solutions: ReadonlyArray<string>) =>
    Effect.gen(function*() {
      const policy = bandit(2)
      const kept = Testing.recorded()
      const prompts = solutions.map((solution, i) => prompt(`${solution} ${i}`, solution))
      const scored = yield* dynamic.run({ template, task: "detection", rows: prompts }).pipe(
        Effect.provide(policy.layer),
        Effect.provideService(StageKey, Random.key(4)),
        Effect.provide(Testing.recording(kept))
      )
      const metrics: { readonly [name: string]: number } = Object.fromEntries(kept.metrics)
      const ordinals = kept.samples.map(({ ordinal }) => ordinal)
      return { ids: scored.groups.map(({ prompt }) => prompt.id), metrics, ordinals, scored }
    })

  it.effect("goes on until enough groups differ, and hands on those alone", () =>
    Effect.gen(function*() {
      const { ids, metrics, ordinals, scored } = yield* run("flat", "arm", "flat", "arm", "arm", "arm")
      assert.deepStrictEqual(ids, ["arm 1", "arm 3"])
      assert.strictEqual(metrics.groupsTried, 4)
      assert.strictEqual(scored.rewards.length, 2)
      assert.deepStrictEqual(ordinals, Array.from({ length: 32 }, (_, i) => i))
      assert.closeTo(metrics.reward!, 0.5 + scored.rewards.flat().reduce((sum, reward) => sum + reward, 0) / 32, 1e-12)
    }))

  it.effect("makes do with fewer when the batch is used up", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* run("flat", "flat", "arm")).ids, ["arm 2"])
      assert.deepStrictEqual((yield* run("flat", "flat")).ids, [])
    }))
})

describe("Update.sft", () => {
  it.effect("makes the true answers likelier and records the loss before the step", () =>
    Effect.gen(function*() {
      const policy = bandit(4)
      const prompts = { template, task: "detection", rows: [prompt("a", "1 1 2"), prompt("b", "1")] }
      const stage = Update.sft({ learningRate: 1, warmup: 4 })
      const metrics = yield* recorded(stage.run(prompts), { step: 1, steps: 8, checkpoint: undefined }).pipe(Effect.provide(policy.layer))
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
