/** A policy on our own Tinker server gives what the same calls give in process. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { targets } from "../../../src/model/lora.ts"
import * as Random from "../../../src/pipeline/Random.ts"
import * as Policy from "../../../src/policy/index.ts"
import { seedOf } from "../../../src/policy/tinker/samples.ts"
import { adamW, anyWeights, wordsOnly } from "../local/tiny.ts"
import { alive, lora, name, withServer } from "./support.ts"

const site = withServer()

const there = () => Policy.tinker({ url: site.server.url, model: name, lora, patienceSeconds: 5 })
const here = () => Policy.local(name, { lora: { rank: 4, alpha: 32, targets } })

/** Answers of unlike length to three questions with pictures and one without; two to the first. */
const sequencesOf = () => {
  const tokens = [[5, 6, 7, 8], [11, 12, 11], [9], [9, 9, 9, 9, 9], [5, 7]]
  return [site.asked[0]!, site.asked[0]!, site.asked[1]!, site.asked[2]!, wordsOnly].map((question, i) => ({ question, tokens: tokens[i]! }))
}

type Tokens = ReadonlyArray<ReadonlyArray<number>>

const near = (given: Tokens, expected: Tokens) => {
  assert.deepStrictEqual(given.map(({ length }) => length), expected.map(({ length }) => length))
  given.forEach((values, i) => values.forEach((value, t) => assert.approximately(value, expected[i]![t]!, 2e-4)))
}

describe("a policy on a Tinker server", () => {
  it.live("sees pictures, renders, scores, climbs and answers as the one in process does", () =>
    Effect.gen(function*() {
      const [remote, local] = [yield* alive(there()), yield* alive(here())]
      const sequences = sequencesOf()
      const weights = anyWeights(sequences)
      const size = { width: 640, height: 427 }
      assert.deepStrictEqual(yield* remote.sampler.inputSize(size), yield* local.sampler.inputSize(size))
      assert.deepStrictEqual(yield* remote.sampler.pixelLimits!, yield* local.sampler.pixelLimits!)
      assert.strictEqual(yield* remote.sampler.render(site.asked[1]!), yield* local.sampler.render(site.asked[1]!))
      assert.deepStrictEqual(yield* remote.trainer.encodeAnswer("None"), yield* local.trainer.encodeAnswer("None"))
      for (let step = 0; step < 3; step++) {
        const now = yield* local.trainer.logprobs(sequences, "current")
        near(yield* remote.trainer.logprobs(sequences, "current"), now)
        near(yield* remote.trainer.backward(sequences, weights, now), yield* local.trainer.backward(sequences, weights, now))
        const [there, here] = [yield* remote.trainer.step(adamW()), yield* local.trainer.step(adamW())]
        assert.approximately(there.gradientNorm!, here.gradientNorm!, 1e-3 * here.gradientNorm!)
      }
      near(yield* remote.trainer.logprobs(sequences, "reference"), yield* local.trainer.logprobs(sequences, "reference"))
      yield* Effect.all([remote.trainer.syncReference, local.trainer.syncReference])
      near(yield* remote.trainer.logprobs(sequences, "reference"), yield* local.trainer.logprobs(sequences, "reference"))
      const warm = yield* Effect.flip(remote.trainer.logprobs(sequences.map((sequence) => ({ ...sequence, temperature: 0.7 })), "current"))
      assert.strictEqual(warm.message, "Answers were sampled at temperature 0.7, and a Tinker server trains at temperature 1 alone. Sample at temperature 1.")
      // the server draws by a seed of its own making
      const key = Random.key(3)
      const drawn = { n: 3, temperature: 1, topP: 0.9, topK: 20, maxTokens: 24 }
      const questions = site.asked.map((question) => ({ ...question, key }))
      const seeded = site.asked.map((question) => ({ ...question, key: Random.key(seedOf(key)) }))
      for (const how of [drawn, { ...drawn, temperature: 0 }]) {
        const [given, expected] = [yield* remote.sampler.sample(questions, how), yield* local.sampler.sample(seeded, how)]
        const said = (groups: typeof given) => groups.map((group) => group.map(({ finishReason, text, tokens }) => ({ finishReason, text, tokens })))
        assert.deepStrictEqual(said(given), said(expected))
        near(given.flat().map(({ logprobs }) => logprobs), expected.flat().map(({ logprobs }) => logprobs))
      }
    }).pipe(Effect.scoped), { tags: ["long"], timeout: 120_000 })

  it.live("has bounded losses of the server in one pass, which are those computed here", () =>
    Effect.gen(function*() {
      const [remote, local] = [yield* alive(there()), yield* alive(here())]
      const sequences = sequencesOf()
      const advantages = sequences.map(({ tokens }, i) => tokens.map(() => (i % 2 === 0 ? 0.2 : -0.1)))
      const now = yield* local.trainer.logprobs(sequences, "current")
      const old = now.map((tokens, i) => tokens.map((value, t) => value + 0.4 * Math.sin(1 + i + t))) // some ratios are out of bounds
      site.server.paths.length = 0
      for (const bound of ["clipped", "capped"] as const) {
        const found = yield* remote.trainer.bounded!(sequences, { bound, low: 0.8, high: 1.2, old, advantages })
        near(found!, yield* local.trainer.logprobs(sequences, "current"))
        const weights = found!.map((tokens, i) => tokens.map((value, t) => {
          const advantage = advantages[i]![t]!
          const ratio = Math.exp(value - old[i]![t]!)
          const within = Math.min(Math.max(ratio, 0.8), 1.2)
          return bound === "capped" ? within * advantage : ratio * advantage <= within * advantage ? ratio * advantage : 0
        }))
        yield* local.trainer.backward(sequences, weights)
        const [there, here] = [yield* remote.trainer.step(adamW()), yield* local.trainer.step(adamW())]
        assert.approximately(there.gradientNorm!, here.gradientNorm!, 2e-3 * here.gradientNorm!)
      }
    }).pipe(Effect.scoped), 120_000)
})
