import { assert, describe, it } from "vitest"
import { above, type Comparison, rows } from "../../../pipelines/study/claims.ts"
import { judge, verdictOf } from "../../../pipelines/study/verdicts.ts"
import { differenceOf } from "../../../src/report/table/differences.ts"
import { ofPairs } from "../../../src/report/statistics.ts"

const pairs = (...differences: ReadonlyArray<number>) => differenceOf(ofPairs(differences), 1)

const clear = [2, 2.5, 3]
const wide = [-4, 1, 5]

describe("the verdict on what was found above", () => {
  it("is by the sign, where the interval leaves zero out", () => {
    assert.strictEqual(verdictOf("above", pairs(...clear)), "same")
    assert.strictEqual(verdictOf("above", pairs(...clear.map((value) => -value))), "opposite")
  })

  it("is not decided where the interval holds zero", () => assert.strictEqual(verdictOf("above", pairs(...wide)), "undecided"))

  it("is not decided by two pairs, however far apart", () => {
    assert.strictEqual(verdictOf("above", pairs(5, 5.001)), "undecided")
    assert.strictEqual(verdictOf("alike", pairs(5, 5.001)), "undecided")
  })

  it("is not decided where nothing differs at all", () => assert.strictEqual(verdictOf("above", pairs(0, 0, 0)), "undecided"))

  it("is not measured without a difference", () => {
    assert.strictEqual(verdictOf("above", undefined), "unmeasured")
    assert.strictEqual(verdictOf("alike", undefined), "unmeasured")
  })
})

describe("the verdict on what was found alike", () => {
  it("says whether both are told apart, in either direction", () => {
    assert.strictEqual(verdictOf("alike", pairs(...clear)), "apart")
    assert.strictEqual(verdictOf("alike", pairs(...clear.map((value) => -value))), "apart")
    assert.strictEqual(verdictOf("alike", pairs(...wide)), "together")
  })
})

describe("judging many findings", () => {
  const finding = (row: string): Comparison => ({ study: "s", ...above("1", row, rows(row, "other", "m")) })

  it("corrects for how many there are, and leaves the verdict to the interval", () => {
    const alone = judge([finding("a")], () => pairs(...clear))
    assert.isTrue(alone[0]!.difference!.separated)
    const many = judge(["a", "b", "c", "d", "e", "f"].map(finding), () => pairs(...clear))
    assert.deepStrictEqual(many.map(({ difference }) => [difference!.bare, difference!.separated]), Array(6).fill([true, false]))
    assert.deepStrictEqual(many.map(({ verdict }) => verdict), Array(6).fill("same"))
  })
})
