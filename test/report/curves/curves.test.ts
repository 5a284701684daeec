import { assert, describe, it } from "@effect/vitest"
import * as Align from "../../../src/report/curves/Align.ts"
import { band } from "../../../src/report/curves/band.ts"
import { exponential } from "../../../src/report/curves/smooth.ts"

const near = (actual: Iterable<number>, expected: ReadonlyArray<number>) =>
  [...actual].forEach((value, i) => assert.isTrue(Object.is(value, expected[i]) || Math.abs(value - expected[i]!) < 1e-9, `${value} at ${i}`))

describe("exponential smoothing", () => {
  it("is an average of what came before, of which late values count most", () => {
    near(exponential(Float64Array.of(1, 0, 0), 0.5), [1, 0.25 / 0.75, 0.125 / 0.875])
  })

  it("leaves a flat curve as it is from its first value on: it is debiased", () => {
    near(exponential(Float64Array.of(7, 7, 7, 7), 0.99), [7, 7, 7, 7])
  })

  it("changes nothing at weight 0", () => {
    near(exponential(Float64Array.of(3, -1, 4), 0), [3, -1, 4])
  })

  it("passes over what is not finite, and shows it as missing", () => {
    near(exponential(Float64Array.of(1, NaN, 0), 0.5), [1, NaN, 0.25 / 0.75])
  })

  it("stays between the lowest and the highest value", () => {
    const values = Float64Array.from({ length: 1000 }, (_, i) => Math.sin(i * i))
    for (const weight of [0.1, 0.6, 0.95, 0.999]) {
      for (const value of exponential(values, weight)) assert.isAtMost(Math.abs(value), 1 + 1e-12)
    }
  })
})

describe("curves over the same steps", () => {
  const dense = { steps: Float64Array.of(0, 1, 2, 3), values: Float64Array.of(10, 11, 12, 13) }
  const sparse = { steps: Float64Array.of(1, 3, 5), values: Float64Array.of(1, NaN, 5) }

  it("have every step that any of them has", () => {
    assert.deepStrictEqual([...Align.allSteps([dense, sparse])], [0, 1, 2, 3, 5])
    assert.deepStrictEqual([...Align.allSteps([])], [])
  })

  it("are missing where they were not recorded", () => {
    const steps = Align.allSteps([sparse, dense])
    assert.deepStrictEqual([...Align.over(steps, sparse)], [NaN, 1, NaN, NaN, 5])
    assert.deepStrictEqual([...Align.over(steps, dense)], [10, 11, 12, 13, NaN])
  })
})

describe("a band", () => {
  const seeds = [Float64Array.of(1, 2, NaN), Float64Array.of(3, NaN, NaN), Float64Array.of(8, 4, NaN)]

  it("goes from the lowest to the highest of those that have a value", () => {
    const { fewer, high, low, mean, n } = band(seeds, "range")
    near(mean, [4, NaN, NaN])
    near(fewer, [NaN, 3, NaN])
    near(n, [NaN, 2, NaN])
    near(low, [1, 2, NaN])
    near(high, [8, 4, NaN])
  })

  it("is the 95 % t-interval of the mean", () => {
    const { high, low, mean } = band(seeds, "interval")
    const half = 4.302652729696142 * Math.sqrt(13) / Math.sqrt(3)
    near(mean, [4, NaN, NaN])
    assert.closeTo(high[0]!, 4 + half, 1e-6)
    assert.closeTo(low[0]!, 4 - half, 1e-6)
  })

  it("has no interval of a single value", () => {
    const { high, low, mean } = band([Float64Array.of(1)], "interval")
    near([...mean, ...low, ...high], [1, NaN, NaN])
  })
})
