import { assert, describe, it } from "@effect/vitest"
import * as Random from "../../src/pipeline/Random.ts"
import { mean, sd } from "../../src/pipeline/statistics.ts"
import { pairedBootstrap } from "../../src/report/bootstrap.ts"

/** Differences of means over the examples that are drawn. */
const ofMeans = (first: ReadonlyArray<number>, second: ReadonlyArray<number>) => (places: ReadonlyArray<number>) =>
  mean(places.map((i) => first[i]!)) - mean(places.map((i) => second[i]!))

const normal = (next: () => number, n: number) => Array.from({ length: n }, () => Random.normalPair(next)[0])

describe("paired bootstrap", () => {
  it("has no width where both runs say the same of every example", () => {
    const values = [1, 0, 1, 1, 0]
    assert.deepStrictEqual(pairedBootstrap(5, ofMeans(values, values)), { delta: 0, low: 0, high: 0, resamples: 1000 })
    assert.deepStrictEqual(pairedBootstrap(1, ofMeans([3], [1]), 10), { delta: 2, low: 2, high: 2, resamples: 10 })
  })

  it("comes to the interval of the mean where the mean is what is measured", () => {
    const next = Random.stream(Random.key(3))
    const [first, second] = [normal(next, 400), normal(next, 400)]
    const { delta, high, low } = pairedBootstrap(400, ofMeans(first, second))
    const half = 1.96 * sd(first.map((value, i) => value - second[i]!)) / 20
    assert.approximately(low, delta - half, 0.1 * half)
    assert.approximately(high, delta + half, 0.1 * half)
  })

  it("is narrower than two intervals of their own where examples are hard for both", () => {
    const next = Random.stream(Random.key(4))
    const hardness = normal(next, 200).map((value) => 10 * value)
    const [first, second] = [hardness.map((value) => value + 0.3), hardness]
    const { high, low } = pairedBootstrap(200, ofMeans(first, second))
    assert.isBelow(high - low, 1e-9)
  })

  it("holds the true difference in about 95 of 100 evaluations", () => {
    const next = Random.stream(Random.key(5))
    let held = 0
    for (let trial = 0; trial < 300; trial++) {
      const [first, second] = [normal(next, 60).map((value) => value + 0.25), normal(next, 60)]
      const { high, low } = pairedBootstrap(60, ofMeans(first, second), 300)
      if (low <= 0.25 && 0.25 <= high) held++
    }
    assert.approximately(held / 300, 0.95, 0.04)
  })

  it("draws the same every time, and leaves out resamples on which nothing can be measured", () => {
    const values = normal(Random.stream(Random.key(6)), 20)
    const measure = (places: ReadonlyArray<number>) => places.includes(0) ? ofMeans(values, values.map(() => 0))(places) : NaN
    assert.deepStrictEqual(pairedBootstrap(20, measure, 200), pairedBootstrap(20, measure, 200))
    assert.isBelow(pairedBootstrap(20, measure, 200).resamples, 200)
    assert.isNaN(pairedBootstrap(3, () => NaN, 10).low)
  })
})
