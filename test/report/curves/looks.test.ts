import { assert, describe, it } from "@effect/vitest"
import { looksOf } from "../../../src/report/curves/looks.ts"
import { hues } from "../../../src/report/figures/palette.ts"

const variants = [
  { name: "base model", role: "reference", cell: {} },
  { name: "AP, 3B", role: "baseline", cell: { reward: "AP", size: "3B" } },
  { name: "AP, 7B", role: "variant", cell: { reward: "AP", size: "7B" } },
  { name: "cosine, 7B", role: "variant", cell: { reward: "cosine", size: "7B" } }
]

describe("looks of groups of curves", () => {
  const one = looksOf([{ name: "one", variants }], "reward")

  it("follow the labels of an axis in table order, whichever of them have curves already", () => {
    assert.deepStrictEqual(["AP", "cosine", "base model"].map((name) => one({ experiment: "one", name }).light), hues.slice(0, 3).map(({ light }) => light))
  })

  it("are alike for a label in all experiments", () => {
    const both = looksOf([{ name: "one", variants }, { name: "two", variants: variants.toReversed() }], "reward")
    for (const name of ["AP", "cosine"]) assert.deepStrictEqual(both({ experiment: "two", name }), one({ experiment: "one", name }))
  })

  it("are those of the table where each variant is a group", () => {
    const own = looksOf([{ name: "one", variants }], undefined)
    assert.strictEqual(new Set(variants.map(({ name }) => own({ experiment: "one", name }).light)).size, 4)
  })
})
