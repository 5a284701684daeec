import { assert, describe, it } from "@effect/vitest"
import * as Random from "../../src/pipeline/Random.ts"
import { isFlat } from "../../src/pipeline/statistics.ts"
import * as Advantages from "../../src/update/Advantages.ts"

const sum = (values: ReadonlyArray<number>) => values.reduce((a, b) => a + b, 0)

describe("Advantages.ofGroup", () => {
  it("divides by the unbiased standard deviation plus 1e-4", () => {
    // mean 2, deviations -2, 0, 2, unbiased variance 8 / 2 = 4.
    assert.deepStrictEqual(Advantages.ofGroup([0, 2, 4], "sd"), [-2 / 2.0001, 0, 2 / 2.0001])
    // mean 1/4, variance (3 (1/4)^2 + (3/4)^2) / 3 = 1/4.
    assert.deepStrictEqual(Advantages.ofGroup([0, 0, 0, 1], "sd"), [-0.25, -0.25, -0.25, 0.75].map((x) => x / 0.5001))
  })

  it("has mean 0, and an sd just below 1, whatever scale and origin the rewards have", () => {
    const next = Random.stream(Random.key(11))
    for (let i = 0; i < 100; i++) {
      const size = 2 + Math.floor(next() * 15)
      const rewards = Array.from({ length: size }, () => 5 + 3 * next())
      const advantages = Advantages.ofGroup(rewards, "sd")
      assert.isBelow(Math.abs(sum(advantages)), 1e-9)
      const sd = Math.sqrt(sum(advantages.map((a) => a * a)) / (size - 1))
      assert.isTrue(sd > 0.99 && sd < 1, `${sd}`)
      advantages.forEach((a, j) => advantages.forEach((b, k) => assert.strictEqual(a < b, rewards[j]! < rewards[k]!)))
    }
  })

  it("gives exactly 0 to a group that teaches nothing", () => {
    for (const group of [[0.7], [1, 1], [0, 0, 0, 0], [0.1, 0.1, 0.1], new Array<number>(8).fill(1.7)]) {
      for (const scale of ["sd", "none"] as const) {
        assert.deepStrictEqual(Advantages.ofGroup(group, scale), group.map(() => 0), JSON.stringify(group))
      }
      assert.isTrue(isFlat(group))
    }
    assert.isTrue(isFlat([0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1]), "sums of the same parts")
    assert.isFalse(isFlat([1, 1, 1 + 1e-6]))
  })

  it("without the standard deviation is the distance from the mean", () => {
    assert.deepStrictEqual(Advantages.ofGroup([0, 0, 0, 1], "none"), [-0.25, -0.25, -0.25, 0.75])
  })
})

describe("Advantages.ofParts", () => {
  const part = (value: number, factor: number) => ({ value, factor })

  it("normalises every part by itself, so that a narrow one counts as much as a wide one", () => {
    const group = [{ wide: part(0, 1), narrow: part(1e3, 1) }, { wide: part(50, 1), narrow: part(1e3 + 1, 1) }]
    const [low, high] = Advantages.ofParts(group, "sd")
    assert.closeTo(low!, -Math.SQRT2, 1e-3)
    assert.closeTo(high!, Math.SQRT2, 1e-3)
  })

  it("is the advantage of the total when nothing is divided", () => {
    const group = [{ a: part(1, 2), b: part(0, 0.5) }, { a: part(0, 2), b: part(4, 0.5) }, { a: part(0.5, 2), b: part(1, 0.5) }]
    const totals = group.map(({ a, b }) => a.factor * a.value + b.factor * b.value)
    const expected = Advantages.ofGroup(totals, "none")
    Advantages.ofParts(group, "none").forEach((advantage, i) => assert.closeTo(advantage, expected[i]!, 1e-12))
  })

  it("gives nothing to a completion that a part does not concern", () => {
    const group = [{ a: part(1, 1) }, { a: part(0, 1), b: part(2, 1) }, { b: part(4, 1) }]
    assert.deepStrictEqual(Advantages.ofParts(group, "none"), [0.5, -0.5 - 1, 1])
  })

  it("tells apart completions whose totals are equal", () => {
    // 2 a + b is 2 for each; a's spread is sqrt(1/3) and b's twice that.
    const group = [{ a: part(1, 2), b: part(0, 1) }, { a: part(0, 2), b: part(2, 1) }, { a: part(0, 2), b: part(2, 1) }]
    const expected = 2 * (2 / 3) / (Math.sqrt(1 / 3) + 1e-4) - (4 / 3) / (Math.sqrt(4 / 3) + 1e-4)
    assert.closeTo(Advantages.ofParts(group, "sd")[0]!, expected, 1e-12)
  })
})
