import { assert, describe, it } from "@effect/vitest"
import * as Random from "../../src/pipeline/Random.ts"
import * as Advantages from "../../src/update/advantages.ts"

const sum = (values: ReadonlyArray<number>) => values.reduce((a, b) => a + b, 0)

describe("Advantages.grpo", () => {
  it("divides by the unbiased standard deviation plus 1e-4", () => {
    // mean 2, deviations -2, 0, 2, unbiased variance 8 / 2 = 4.
    assert.deepStrictEqual(Advantages.grpo([0, 2, 4]), [-2 / 2.0001, 0, 2 / 2.0001])
    // mean 1/4, variance (3 (1/4)^2 + (3/4)^2) / 3 = 1/4.
    assert.deepStrictEqual(Advantages.grpo([0, 0, 0, 1]), [-0.25, -0.25, -0.25, 0.75].map((x) => x / 0.5001))
  })

  it("has mean 0, and an sd just below 1, whatever scale and origin the rewards have", () => {
    const next = Random.stream(Random.key(11))
    for (let i = 0; i < 100; i++) {
      const size = 2 + Math.floor(next() * 15)
      const rewards = Array.from({ length: size }, () => 5 + 3 * next())
      const advantages = Advantages.grpo(rewards)
      assert.isBelow(Math.abs(sum(advantages)), 1e-9)
      const sd = Math.sqrt(sum(advantages.map((a) => a * a)) / (size - 1))
      assert.isTrue(sd > 0.99 && sd < 1, `${sd}`)
      advantages.forEach((a, j) => advantages.forEach((b, k) => assert.strictEqual(a < b, rewards[j]! < rewards[k]!)))
    }
  })

  it("gives exactly 0 to a group that teaches nothing", () => {
    for (const group of [[0.7], [1, 1], [0, 0, 0, 0], [0.1, 0.1, 0.1], new Array<number>(8).fill(1.7)]) {
      assert.deepStrictEqual(Advantages.grpo(group), group.map(() => 0), JSON.stringify(group))
      assert.isTrue(Advantages.isFlat(group))
    }
    assert.isFalse(Advantages.isFlat([1, 1, 1 + 1e-12]))
  })
})
