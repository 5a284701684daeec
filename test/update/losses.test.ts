import { assert, describe, it } from "@effect/vitest"
import * as Random from "../../src/pipeline/Random.ts"
import * as Losses from "../../src/update/losses.ts"

const close = (actual: number, expected: number, within = 1e-12) =>
  assert.isAtMost(Math.abs(actual - expected), within, `${actual} is not ${expected}`)

/** The derivative of a loss by every log-probability, by central differences. */
const slopes = (loss: (logprobs: Losses.Tokens) => number, at: Losses.Tokens): Losses.Tokens =>
  at.map((sequence, i) =>
    sequence.map((_, t) => {
      const moved = (by: number) => loss(at.map((row, j) => row.map((x, u) => (i === j && t === u ? x + by : x))))
      return (moved(1e-6) - moved(-1e-6)) / 2e-6
    })
  )

/** Three sequences of unlike length, whose tokens the policy likes 0.6 to 1.6 times as much as the sampler did. */
const drawn = (seed: number) => {
  const next = Random.stream(Random.fold(Random.key(seed), "losses"))
  const sampled = [5, 1, 3].map((length) => Array.from({ length }, () => -3 * next()))
  const shifted = (spread: number) => sampled.map((row) => row.map((x) => x + spread * (next() - 0.5)))
  return { sampled, logprobs: shifted(1), reference: shifted(2), advantages: [1.3, -0.8, 0.4 - next()] }
}

describe("Losses.sft", () => {
  it("is the mean over all tokens, however they are spread over sequences", () => {
    const { loss, weights } = Losses.sft([[-1, -2], [-6]])
    assert.strictEqual(loss, 3)
    assert.deepStrictEqual(weights, [[1 / 3, 1 / 3], [1 / 3]])
  })

  it("has minus its derivative as weights", () => {
    const { logprobs } = drawn(0)
    const measured = slopes((at) => Losses.sft(at).loss, logprobs)
    Losses.sft(logprobs).weights.forEach((row, i) => row.forEach((weight, t) => close(-weight, measured[i]![t]!, 1e-8)))
  })
})

describe("Losses.grpo", () => {
  /** One token a sequence: its ratio to the sampler, advantage, and what becomes of it at clip 0.2. */
  const one = (ratio: number, advantage: number) =>
    Losses.grpo({
      logprobs: [[Math.log(ratio) - 1]],
      sampled: [[-1]],
      advantages: [advantage],
      clip: 0.2,
      klCoefficient: 0
    })

  it("clips only what would be pushed further away from the sampler", () => {
    const cases = [
      { ratio: 1, advantage: 2, loss: -2, weight: 2, clipped: 0 },
      { ratio: 1.1, advantage: 2, loss: -2.2, weight: 2.2, clipped: 0 },
      { ratio: 1.5, advantage: 2, loss: -2.4, weight: 0, clipped: 1 },
      { ratio: 0.5, advantage: 2, loss: -1, weight: 1, clipped: 0 },
      { ratio: 1.5, advantage: -2, loss: 3, weight: -3, clipped: 0 },
      { ratio: 0.5, advantage: -2, loss: 1.6, weight: 0, clipped: 1 }
    ]
    for (const { advantage, clipped, loss, ratio, weight } of cases) {
      const found = one(ratio, advantage)
      close(found.loss, loss)
      close(found.weights[0]![0]!, weight)
      assert.strictEqual(found.clipFraction, clipped, `ratio ${ratio}, advantage ${advantage}`)
    }
  })

  it("counts every sequence the same, and every token of one sequence the same", () => {
    const { weights } = Losses.grpo({
      logprobs: [[-1, -2, -3, -4], [-1]],
      sampled: [[-1, -2, -3, -4], [-1]],
      advantages: [1, -1],
      clip: 0.2,
      klCoefficient: 0
    })
    assert.deepStrictEqual(weights, [[1 / 8, 1 / 8, 1 / 8, 1 / 8], [-1 / 2]])
  })

  it("adds the KL coefficient times k3, which a flat group feels too", () => {
    const { kl, loss, weights } = Losses.grpo({
      logprobs: [[Math.log(0.5)]],
      sampled: [[Math.log(0.5)]],
      reference: [[Math.log(0.25)]],
      advantages: [0],
      clip: 0.2,
      klCoefficient: 0.04
    })
    // ratio of reference to policy 0.5: k3 = 0.5 + log 2 - 1, and its slope by the log-probability 1 - 0.5.
    close(kl, 0.5 + Math.LN2 - 1)
    close(loss, 0.04 * (0.5 + Math.LN2 - 1))
    close(weights[0]![0]!, -0.04 * 0.5)
  })

  for (const klCoefficient of [0, 0.04, 1]) {
    for (const clip of [0.05, 0.2, 1]) {
      it(`has minus its derivative as weights at clip ${clip} and KL coefficient ${klCoefficient}`, () => {
        const fractions: Array<number> = []
        for (let seed = 0; seed < 20; seed++) {
          const { logprobs, ...rest } = drawn(seed)
          const reference = klCoefficient === 0 ? undefined : rest.reference
          const at = (tokens: Losses.Tokens) =>
            Losses.grpo({ ...rest, reference, logprobs: tokens, clip, klCoefficient })
          const measured = slopes((tokens) => at(tokens).loss, logprobs)
          const { clipFraction, weights } = at(logprobs)
          fractions.push(clipFraction)
          weights.forEach((row, i) => row.forEach((weight, t) => close(-weight, measured[i]![t]!, 1e-7)))
        }
        // Ratios here reach from 0.6 to 1.6, so a clip of 1 never bites and a smaller one does.
        assert.strictEqual(Math.max(...fractions) > 0, clip < 1)
        assert.isBelow(Math.min(...fractions), 1)
      })
    }
  }

  it("needs no reference when there is no KL term, and reports a KL of 0", () => {
    const { logprobs, sampled, advantages } = drawn(1)
    assert.strictEqual(Losses.grpo({ logprobs, sampled, advantages, clip: 0.2, klCoefficient: 0 }).kl, 0)
  })
})

describe("Losses.k3", () => {
  it("is 0 where the policies agree and positive elsewhere", () => {
    const next = Random.stream(Random.key(3))
    for (let i = 0; i < 1000; i++) {
      const [a, b] = [-10 * next(), -10 * next()]
      assert.strictEqual(Losses.k3(a, a), 0)
      assert.isAbove(Losses.k3(a, b), 0)
    }
  })

  it("has the KL divergence as its mean over the policy's own samples", () => {
    const policy = [0.5, 0.3, 0.2]
    const reference = [0.2, 0.2, 0.6]
    const divergence = policy.reduce((sum, p, i) => sum + p * Math.log(p / reference[i]!), 0)
    const mean = policy.reduce((sum, p, i) => sum + p * Losses.k3(Math.log(p), Math.log(reference[i]!)), 0)
    close(mean, divergence)
  })
})
