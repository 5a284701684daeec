import { assert, describe, it } from "@effect/vitest"
import * as Random from "../../../../src/pipeline/Random.ts"
import { draw } from "../../../../src/policy/local/sampling/sampleToken.ts"

const all = { topP: 1, topK: 0 }

/** Which indices can be drawn at all, in order, over a fine grid of uniform numbers. */
const reachable = (probabilities: ReadonlyArray<number>, choice: { readonly topP: number; readonly topK: number }) => {
  const found = new Set<number>()
  for (let i = 0; i < 2000; i++) found.add(draw(Float32Array.from(probabilities), i / 2000, choice))
  return [...found].sort((a, b) => a - b)
}

/** Sum of (seen - expected)^2 / expected over the likely outcomes of `count` draws. */
const chiSquare = (
  probabilities: ReadonlyArray<number>,
  choice: typeof all,
  expected: ReadonlyArray<number>,
  count: number
) => {
  const next = Random.stream(Random.fold(Random.key(1), "draw"))
  const seen = probabilities.map(() => 0)
  for (let i = 0; i < count; i++) seen[draw(Float32Array.from(probabilities), next(), choice)]!++
  return seen.reduce((sum, times, i) => {
    if (expected[i] === 0) assert.strictEqual(times, 0)
    return expected[i] === 0 ? sum : sum + (times - count * expected[i]!) ** 2 / (count * expected[i]!)
  }, 0)
}

/** The same by ranking all. */
const byRanking = (probabilities: Float32Array, uniform: number, { topK, topP }: typeof all): number => {
  const ranked = Array.from(probabilities.keys()).sort((a, b) => probabilities[b]! - probabilities[a]! || a - b)
  const among = ranked.slice(0, topK === 0 ? ranked.length : topK)
  const sum = (of: ReadonlyArray<number>) => of.reduce((sum, i) => sum + probabilities[i]!, 0)
  let kept = 0
  for (let mass = 0; kept < among.length && mass < topP * sum(among); kept++) mass += probabilities[among[kept]!]!
  const cut = among.slice(0, Math.max(kept, 1))
  let mass = 0
  return cut.find((i) => (mass += probabilities[i]!) > uniform * sum(cut)) ?? cut.at(-1)!
}

/** Probabilities of `size` tokens, some of them equal; the wider their logits spread, the fewer matter. */
const spread = (size: number, width: number, key: Random.Key) => {
  const next = Random.stream(key)
  const weights = Array.from({ length: size }, () => Math.exp(Math.round(8 * width * (next() + next() + next() - 1.5)) / 8))
  const total = weights.reduce((a, b) => a + b, 0)
  return Float32Array.from(weights, (weight) => weight / total)
}

describe("draw", () => {
  it("draws what ranking all of them draws", () => {
    const next = Random.stream(Random.key(3))
    for (const width of [0, 1, 5, 20]) {
      for (const choice of [{ topP: 0.9, topK: 0 }, { topP: 0.3, topK: 0 }, { topP: 1e-20, topK: 0 }, { topP: 1, topK: 7 }, { topP: 0.8, topK: 50 }, { topP: 1, topK: 290 }]) {
        for (let i = 0; i < 10; i++) {
          const probabilities = spread(300, width, Random.fold(Random.key(4), i))
          const uniform = next()
          assert.strictEqual(draw(probabilities, uniform, choice), byRanking(probabilities, uniform, choice), JSON.stringify({ width, ...choice, i }))
        }
      }
    }
  })

  it("does not rank the vocabulary of a large model for each token", () => {
    const probabilities = spread(151_936, 12, Random.key(5))
    const fastest = (run: () => unknown) => Math.min(...[0, 1, 2].map(() => {
      const start = performance.now()
      run()
      return performance.now() - start
    }))
    const ranking = fastest(() => Array.from(probabilities.keys()).sort((a, b) => probabilities[b]! - probabilities[a]! || a - b))
    for (const choice of [{ topP: 0.9, topK: 0 }, { topP: 1, topK: 50 }]) {
      assert.isBelow(fastest(() => draw(probabilities, 0.5, choice)), ranking / 3, JSON.stringify(choice))
    }
  })

  it("walks up the cumulative distribution, likeliest first", () => {
    const probabilities = Float32Array.of(0.25, 0, 0.5, 0.25)
    const drawn = [0, 0.4999, 0.5, 0.7499, 0.75, 0.9999].map((uniform) => draw(probabilities, uniform, all))
    assert.deepStrictEqual(drawn, [2, 2, 0, 0, 3, 3])
  })

  it("keeps exactly the k likeliest, of equal ones those that come first", () => {
    const probabilities = [0.1, 0.3, 0.2, 0.3, 0.1]
    assert.deepStrictEqual(reachable(probabilities, { topP: 1, topK: 1 }), [1])
    assert.deepStrictEqual(reachable(probabilities, { topP: 1, topK: 2 }), [1, 3])
    assert.deepStrictEqual(reachable(probabilities, { topP: 1, topK: 3 }), [1, 2, 3])
    assert.deepStrictEqual(reachable(probabilities, { topP: 1, topK: 4 }), [0, 1, 2, 3])
    assert.deepStrictEqual(reachable(probabilities, { topP: 1, topK: 99 }), [0, 1, 2, 3, 4])
  })

  it("keeps the fewest whose probability reaches top-p, and always one", () => {
    // Powers of two, so that no sum is rounded.
    const probabilities = [0.125, 0.5, 0.25, 0.125]
    assert.deepStrictEqual(reachable(probabilities, { topP: 0.01, topK: 0 }), [1])
    assert.deepStrictEqual(reachable(probabilities, { topP: 0.5, topK: 0 }), [1])
    assert.deepStrictEqual(reachable(probabilities, { topP: 0.51, topK: 0 }), [1, 2])
    assert.deepStrictEqual(reachable(probabilities, { topP: 0.75, topK: 0 }), [1, 2])
    assert.deepStrictEqual(reachable(probabilities, { topP: 0.8, topK: 0 }), [0, 1, 2])
    assert.deepStrictEqual(reachable(probabilities, { topP: 0.9, topK: 0 }), [0, 1, 2, 3])
    assert.deepStrictEqual(reachable(probabilities, { topP: 1, topK: 0 }), [0, 1, 2, 3])
  })

  it("measures top-p on what top-k has left", () => {
    // Of the two likeliest, 0.5 and 0.25, the first has two thirds.
    const probabilities = [0.125, 0.5, 0.25, 0.125]
    assert.deepStrictEqual(reachable(probabilities, { topP: 0.6, topK: 2 }), [1])
    assert.deepStrictEqual(reachable(probabilities, { topP: 0.7, topK: 2 }), [1, 2])
  })

  it("draws each token as often as its probability says, renormalised over what is kept", () => {
    const probabilities = [0.4, 0.05, 0, 0.3, 0.15, 0.1]
    const count = 20_000
    // 99.9 % quantiles of chi-square: 18.5 at 4 degrees of freedom, 10.8 at 1.
    assert.isBelow(chiSquare(probabilities, all, probabilities, count), 18.5)
    const kept = [4 / 7, 0, 0, 3 / 7, 0, 0]
    assert.isBelow(chiSquare(probabilities, { topP: 1, topK: 2 }, kept, count), 10.8)
    assert.isBelow(chiSquare(probabilities, { topP: 0.65, topK: 0 }, kept, count), 10.8)
  })

  it("never draws what has no probability, at neither end of the unit interval", () => {
    const next = Random.stream(Random.key(2))
    for (let i = 0; i < 300; i++) {
      const raw = Array.from({ length: 40 }, () => (next() < 0.7 ? 0 : next()))
      raw[Math.floor(next() * 40)] = 0.5
      raw[0] = 0
      raw[39] = 0
      const total = raw.reduce((a, b) => a + b, 0)
      const probabilities = Float32Array.from(raw, (x) => x / total)
      for (const uniform of [0, 1 - 2 ** -53, next()]) {
        for (const choice of [all, { topP: 0.9, topK: 0 }, { topP: 1, topK: 40 }]) {
          assert.isAbove(probabilities[draw(probabilities, uniform, choice)]!, 0)
        }
      }
    }
  })
})
