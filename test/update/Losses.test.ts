import { assert, describe, it } from "@effect/vitest"
import * as Random from "../../src/pipeline/Random.ts"
import { type Estimator, estimators } from "../../src/update/Kl.ts"
import * as Losses from "../../src/update/Losses.ts"

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
  return { old: sampled, logprobs: shifted(1), reference: shifted(2), advantages: [1.3, -0.8, 0.4 - next()], budget: 8 }
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

const grpo: Losses.Method = {
  ratio: "token",
  bound: "clipped",
  clipLow: 0.2,
  clipHigh: 0.2,
  average: "sequences",
  klCoefficient: 0,
  klEstimator: "k3"
}
const dapo: Losses.Method = { ...grpo, average: "tokens", clipHigh: 0.28 }
const gspo: Losses.Method = { ...grpo, ratio: "sequence" }
const cispo: Losses.Method = { ...grpo, bound: "capped", average: "tokens", clipLow: 1, clipHigh: 0.3 }

/** One token a sequence: its ratio to the policy before, its advantage, and what a method makes of it. */
const one = (method: Losses.Method, ratio: number, advantage: number) =>
  Losses.policyGradient(method, {
    logprobs: [[Math.log(ratio) - 1]],
    old: [[-1]],
    advantages: [advantage],
    budget: 8
  })

describe("Losses.policyGradient", () => {
  it("clips only what would be pushed further away", () => {
    const cases = [
      { ratio: 1, advantage: 2, loss: -2, weight: 2, clipped: 0 },
      { ratio: 1.1, advantage: 2, loss: -2.2, weight: 2.2, clipped: 0 },
      { ratio: 1.5, advantage: 2, loss: -2.4, weight: 0, clipped: 1 },
      { ratio: 0.5, advantage: 2, loss: -1, weight: 1, clipped: 0 },
      { ratio: 1.5, advantage: -2, loss: 3, weight: -3, clipped: 0 },
      { ratio: 0.5, advantage: -2, loss: 1.6, weight: 0, clipped: 1 }
    ]
    for (const { advantage, clipped, loss, ratio, weight } of cases) {
      const found = one(grpo, ratio, advantage)
      close(found.loss, loss)
      close(found.weights[0]![0]!, weight)
      assert.strictEqual(found.clipFraction, clipped, `ratio ${ratio}, advantage ${advantage}`)
    }
  })

  it("leaves more room upwards where clipHigh is larger, as DAPO does", () => {
    close(one(grpo, 1.25, 1).weights[0]![0]!, 0)
    close(one(dapo, 1.25, 1).weights[0]![0]!, 1.25)
    close(one(dapo, 0.75, -1).weights[0]![0]!, 0)
  })

  it("caps a ratio and goes on teaching, as CISPO does", () => {
    close(one(cispo, 1.2, 2).weights[0]![0]!, 2.4)
    const far = one(cispo, 5, 2)
    close(far.weights[0]![0]!, 2.6)
    assert.strictEqual(far.clipFraction, 1)
    close(one(cispo, 5, -2).weights[0]![0]!, -2.6)
  })

  it("takes the geometric mean over a sequence for its ratio, as GSPO does", () => {
    const found = Losses.policyGradient(gspo, {
      logprobs: [[-1 + 0.3, -2 - 0.1]],
      old: [[-1, -2]],
      advantages: [2],
      budget: 8
    })
    close(found.loss, -2 * Math.exp(0.1))
    assert.deepStrictEqual(found.weights, [[Math.exp(0.2 / 2), Math.exp(0.2 / 2)].map((ratio) => (ratio * 2) / 2)])
  })

  it("averages over each sequence and then sequences, over all tokens, or over the budget", () => {
    const weights = (average: Losses.Method["average"]) =>
      Losses.policyGradient({ ...grpo, average }, {
        logprobs: [[-1, -2, -3, -4], [-1]],
        old: [[-1, -2, -3, -4], [-1]],
        advantages: [1, -1],
        budget: 8
      }).weights
    const of = (long: number, short: number) => [[long, long, long, long], [-short]]
    assert.deepStrictEqual(weights("sequences"), of(1 / 8, 1 / 2))
    assert.deepStrictEqual(weights("tokens"), of(1 / 5, 1 / 5))
    assert.deepStrictEqual(weights("budget"), of(1 / 16, 1 / 16))
  })

  it("adds the KL coefficient times k3, which a flat group feels too", () => {
    const { kl, loss, weights } = Losses.policyGradient({ ...grpo, klCoefficient: 0.04 }, {
      logprobs: [[Math.log(0.5)]],
      old: [[Math.log(0.5)]],
      reference: [[Math.log(0.25)]],
      advantages: [0],
      budget: 8
    })
    // ratio of reference to policy 0.5: k3 = 0.5 + log 2 - 1, and its slope by the log-probability 1 - 0.5.
    close(kl, 0.5 + Math.LN2 - 1)
    close(loss, 0.04 * (0.5 + Math.LN2 - 1))
    close(weights[0]![0]!, -0.04 * 0.5)
  })

  const methods = { grpo, drGrpo: { ...grpo, average: "budget" }, dapo, gspo, cispo } as const
  const terms: ReadonlyArray<readonly [coefficient: number, estimator: Estimator]> = [[0, "k3"], [0.04, "k1"], [0.5, "k2"], [1, "k3"]]
  for (const [name, method] of Object.entries(methods)) {
    it(`has minus its derivative as weights: ${name}`, () => {
      const fractions: Array<number> = []
      for (const [klCoefficient, klEstimator] of terms) {
        for (let seed = 0; seed < 20; seed++) {
          const { logprobs, ...rest } = drawn(seed)
          const importance = rest.old.map((row) => row.map((x) => 1 + x / 10))
          const batch = { ...rest, importance, reference: klCoefficient === 0 ? undefined : rest.reference }
          const found = Losses.policyGradient({ ...method, klCoefficient, klEstimator }, { ...batch, logprobs })
          fractions.push(found.clipFraction)
          // The factors of "capped" are constants of its loss, so only the log-probabilities that they multiply move.
          const factors = found.weights.map((row, i) => row.map((_, t) => capped(method, logprobs[i]![t]! - rest.old[i]![t]!)))
          const moving = method.bound === "capped"
            ? (at: Losses.Tokens) => linear(method, { ...batch, logprobs: at }, factors, klCoefficient, klEstimator)
            : (at: Losses.Tokens) =>
              Losses.policyGradient({ ...method, klCoefficient, klEstimator }, { ...batch, logprobs: at }).loss
          const measured = slopes(moving, logprobs)
          close(moving(logprobs), found.loss, 1e-9)
          found.weights.forEach((row, i) => row.forEach((weight, t) => close(-weight, measured[i]![t]!, 1e-7)))
        }
      }
      // Ratios here reach from 0.6 to 1.6, so bounds bite, but not always.
      assert.isTrue(Math.max(...fractions) > 0 && Math.min(...fractions) < 1)
    })
  }

  it("needs no reference when there is no KL term, reports a KL of 0, and 0 of nothing", () => {
    const { reference: _reference, ...batch } = drawn(1)
    assert.strictEqual(Losses.policyGradient(grpo, batch).kl, 0)
    const nothing = Losses.policyGradient(grpo, { logprobs: [], old: [], advantages: [], budget: 8 })
    assert.deepStrictEqual(nothing, { loss: 0, weights: [], kl: 0, clipFraction: 0 })
  })
})

const capped = (method: Losses.Method, gap: number): number =>
  Math.min(Math.max(Math.exp(gap), 1 - method.clipLow), 1 + method.clipHigh)

/** The CISPO loss over all tokens, its capped ratios given. */
const linear = (
  method: Losses.Method,
  { advantages, importance, logprobs, reference }: Losses.Batch,
  factors: Losses.Tokens,
  klCoefficient: number,
  klEstimator: Estimator
): number => {
  assert.strictEqual(method.average, "tokens")
  const terms = logprobs.flatMap((row, i) =>
    row.map((logprob, t) =>
      -importance![i]![t]! * factors[i]![t]! * advantages[i]! * logprob +
      (reference === undefined ? 0 : klCoefficient * estimators[klEstimator](logprob, reference[i]![t]!).value)
    )
  )
  return terms.reduce((sum, term) => sum + term, 0) / terms.length
}

describe("Losses.truncatedImportance", () => {
  it("is the ratio of trainer to sampler, up to the cap", () => {
    const found = Losses.truncatedImportance([[Math.log(0.5), Math.log(0.9), -1]], [[Math.log(0.25), Math.log(0.1), -1]], 4)
    close(found[0]![0]!, 2)
    assert.deepStrictEqual(found[0]!.slice(1), [4, 1])
  })
})

describe("estimators of the KL divergence", () => {
  const policy = [0.5, 0.3, 0.2]
  const near = [0.51, 0.3, 0.19]
  const far = [0.2, 0.2, 0.6]
  const divergence = (q: ReadonlyArray<number>) => policy.reduce((sum, p, i) => sum + p * Math.log(p / q[i]!), 0)
  const mean = (name: Estimator, q: ReadonlyArray<number>) =>
    policy.reduce((sum, p, i) => sum + p * estimators[name](Math.log(p), Math.log(q[i]!)).value, 0)

  it("k1 and k3 have the divergence as their mean over the policy's own samples; k2 nearly, when it is small", () => {
    for (const name of ["k1", "k3"] as const) close(mean(name, far), divergence(far))
    assert.isAbove(Math.abs(mean("k2", far) / divergence(far) - 1), 0.01)
    assert.closeTo(mean("k2", near) / divergence(near), 1, 0.05)
  })

  it("are 0 where the policies agree, and k2 and k3 are positive elsewhere", () => {
    const next = Random.stream(Random.key(3))
    for (let i = 0; i < 1000; i++) {
      const [a, b] = [-10 * next(), -10 * next()]
      for (const name of ["k1", "k2", "k3"] as const) assert.strictEqual(estimators[name](a, a).value, 0)
      assert.isAbove(estimators.k2(a, b).value, 0)
      assert.isAbove(estimators.k3(a, b).value, 0)
    }
  })
})
