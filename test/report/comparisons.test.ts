import { assert, describe, it } from "@effect/vitest"
import * as Random from "../../src/pipeline/Random.ts"
import { detectable, holm, pairedP, pairsNeeded } from "../../src/report/comparisons.ts"
import { power } from "../../src/report/power.ts"
import { difference, source } from "./table/support.ts"
import { student95, studentQuantile } from "../../src/pipeline/student.ts"
import { estimate } from "../../src/report/statistics.ts"

/** Mean and spread of `n` differences around a true one, with standard deviation 1. */
const draw = (next: () => number, n: number, truth: number) => {
  const { mean: delta, sd } = estimate(Array.from({ length: n }, () => truth + Random.normalPair(next)[0]))
  return { n, delta, sd }
}

describe("p of the paired t-test", () => {
  it("is that of a case worked by hand", () => {
    // differences 1, 2, 3: t = 2 / (1 / sqrt(3)), and with 2 degrees of freedom p = 1 - t / sqrt(2 + t^2)
    const t = 2 * Math.sqrt(3)
    assert.approximately(pairedP({ n: 3, delta: 2, sd: 1 }), 1 - t / Math.sqrt(2 + t * t), 1e-12)
  })

  it("is below 5 % exactly where the 95 % interval leaves zero out", () => {
    const next = Random.stream(Random.key(1))
    for (let trial = 0; trial < 500; trial++) {
      const pairs = draw(next, 3 + trial % 9, trial % 3)
      const ci95 = student95(pairs.n - 1) * pairs.sd / Math.sqrt(pairs.n)
      assert.strictEqual(pairedP(pairs) < 0.05, Math.abs(pairs.delta) > ci95)
    }
  })

  it("is 1 of pairs whose mean is 0, and says nothing of one, or of pairs that all differ by the same, to rounding", () => {
    assert.strictEqual(pairedP({ n: 3, delta: 0, sd: 1 }), 1)
    assert.isNaN(pairedP({ n: 3, delta: 0, sd: 0 }))
    assert.isNaN(pairedP({ n: 3, delta: 2, sd: 0 }))
    assert.isNaN(pairedP({ n: 3, delta: 2, sd: 1e-16 }))
    assert.isNaN(pairedP({ n: 1, delta: 2, sd: NaN }))
  })
})

describe("Holm's correction", () => {
  it("multiplies the least by all, the next by one fewer, and never falls below the one before", () => {
    const corrected = holm([0.04, 0.01, 0.03, 0.005])
    assert.deepStrictEqual(corrected.map((p) => Number(p.toFixed(10))), [0.06, 0.03, 0.06, 0.02])
    assert.deepStrictEqual(holm([0.5, 0.9]), [1, 1])
    assert.deepStrictEqual(holm([]), [])
  })

  it("keeps a false find among twelve comparisons below 5 %, where the bare ones find one in every second table", () => {
    const next = Random.stream(Random.key(2))
    let [bare, kept] = [0, 0]
    for (let table = 0; table < 1000; table++) {
      const values = Array.from({ length: 12 }, () => pairedP(draw(next, 3, 0)))
      if (values.some((p) => p < 0.05)) bare++
      if (holm(values).some((p) => p < 0.05)) kept++
    }
    assert.approximately(bare / 1000, 1 - 0.95 ** 12, 0.05)
    assert.isAtMost(kept / 1000, 0.065, "5 % and three standard errors")
  })
})

describe("the smallest difference that so many pairs could have shown", () => {
  it("is a sum of two quantiles of Student's t", () => {
    // with 2 degrees of freedom the quantile of the central share s is s sqrt(2) / sqrt(1 - s^2)
    const quantile = (share: number) => share * Math.sqrt(2) / Math.sqrt(1 - share ** 2)
    assert.approximately(studentQuantile(0.6, 2), quantile(0.6), 1e-9)
    assert.approximately(detectable({ n: 3, sd: 2 }), (quantile(0.95) + quantile(0.6)) * 2 / Math.sqrt(3), 1e-9)
    assert.isNaN(detectable({ n: 1, sd: 2 }))
  })

  it.each([[3, 0.05], [6, 0.03], [12, 0.03]])("is found by %i pairs about four times in five", (n, tolerance) => {
    const next = Random.stream(Random.key(n))
    const truth = detectable({ n, sd: 1 })
    let found = 0
    for (let trial = 0; trial < 4000; trial++) if (pairedP(draw(next, n, truth)) < 0.05) found++
    assert.approximately(found / 4000, 0.8, tolerance)
  })
})

describe("how many pairs a difference needs", () => {
  it("is the fewest that show it", () => {
    for (const [sd, difference] of [[1, 3], [1, 1], [2, 0.5], [0.1, 0.11]] as const) {
      const needed = pairsNeeded(sd, difference, 3)!
      assert.isAtMost(detectable({ n: needed, sd }), difference)
      if (needed > 3) assert.isAbove(detectable({ n: needed - 1, sd }), difference)
    }
  })

  it("is at least what is asked for, also without any spread, and nothing beyond all reason", () => {
    assert.strictEqual(pairsNeeded(0, 1, 3), 3)
    assert.isUndefined(pairsNeeded(1, 1e-6, 3))
  })

  it("is not known from pairs that all differ by the same", () => {
    const paired = [{ ...difference("weighted_sum, cosine", "mAP", 2, 0), sd: 1e-16 }]
    const [found] = power({ ...source, paired }, { scope: "detection", name: "mAP" }, 1)
    assert.deepInclude(found, { n: 3, detectable: null, seeds: null })
  })
})
