import { assert, describe, it } from "@effect/vitest"
import * as Random from "../../src/pipeline/Random.ts"
import { mean, sd } from "../../src/pipeline/statistics.ts"
import { student95, studentCentral } from "../../src/pipeline/student.ts"
import { estimate, paired } from "../../src/report/statistics.ts"

describe("statistics", () => {
  it("knows the quantiles of Student's t as printed in tables", () => {
    const table = [[1, 12.7062], [2, 4.3027], [3, 3.1824], [4, 2.7764], [9, 2.2622], [10, 2.2281], [29, 2.0452], [
      30,
      2.0423
    ], [120, 1.9799]]
    for (const [df, t] of table) assert.approximately(student95(df!), t!, 5e-5, `df ${df}`)
  })

  it("agrees with the closed forms of the distribution at 1 and 2 degrees of freedom", () => {
    for (const t of [0, 0.3, 1, 4.5, 40]) {
      assert.approximately(studentCentral(t, 1), (2 / Math.PI) * Math.atan(t), 1e-14)
      assert.approximately(studentCentral(t, 2), t / Math.sqrt(2 + t * t), 1e-14)
    }
  })

  it("takes the sample's standard deviation, n - 1 below", () => {
    assert.strictEqual(mean([2, 4, 4, 4, 5, 5, 7, 9]), 5)
    assert.approximately(sd([2, 4, 4, 4, 5, 5, 7, 9]), Math.sqrt(32 / 7), 1e-15)
    assert.approximately(sd([1e9 + 1, 1e9 + 2, 1e9 + 3]), 1, 1e-9, "a large offset does not drown the spread")
  })

  it("gives no interval to a single value", () => {
    const one = estimate([3])
    assert.deepStrictEqual([one.n, one.mean], [1, 3])
    assert.isNaN(one.sd)
    assert.isNaN(one.ci95)
  })

  it("reproduces a t-interval worked by hand", () => {
    // mean 2, sd 1, n 3: 4.3027 / sqrt(3)
    assert.approximately(estimate([1, 2, 3]).ci95, 2.4841, 1e-4)
  })

  it("pairs by seed and leaves out seeds that only one side has", () => {
    const first = new Map([[0, 3], [1, 5], [2, 7], [9, 100]])
    const second = new Map([[2, 5], [1, 3.5], [0, 2]])
    const difference = paired(first, second)
    assert.deepStrictEqual([difference.n, difference.delta, difference.wins], [3, 1.5, 3])
    assert.approximately(difference.ci95, (4.3027 * 0.5) / Math.sqrt(3), 1e-4)
    assert.isTrue(difference.separated)
    assert.isFalse(paired(new Map([[0, 3]]), new Map([[0, 1]])).separated, "one pair separates nothing")
  })

  it("covers the true mean about 95 times in 100", () => {
    const next = Random.stream(Random.key(7))
    let covered = 0
    for (let trial = 0; trial < 2000; trial++) {
      const { ci95, mean: centre } = estimate(Array.from({ length: 4 }, () => Random.normalPair(next)[0]))
      if (Math.abs(centre) <= ci95) covered++
    }
    assert.approximately(covered / 2000, 0.95, 0.015)
  })
})
