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

describe("draw", () => {
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
