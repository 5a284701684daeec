import { assert, describe, it } from "vitest"
import { curves, parts } from "../../../src/report/figures/ofTable.ts"
import type { Table } from "../../../src/report/table/Table.ts"

const table = { experiment: "two phases", rows: [{ variant: "a", role: "variant" }] } as unknown as Table

const at = (stage: string, value: number) => [0, 1].map((step) => ({ variant: "a", seed: 0, step, stage, scope: "", value, mean: value, part: "format" }))

describe("the lines of a figure", () => {
  it("are those of rows where they trained in one stage", () => {
    const found = curves(table, "reward", at("loop", 4))!
    assert.deepStrictEqual(found.rows.map(({ name }) => name), ["a"])
  })

  it("are one for each stage where rows trained in several: no mean goes over both", () => {
    const rows = [...at("loop", 4), ...at("loop#2", 0)]
    for (const found of [curves(table, "reward", rows)!, parts(table, rows)!]) {
      assert.deepStrictEqual(found.rows.map(({ name }) => name), ["a, loop", "a, loop#2"])
      assert.deepStrictEqual(found.values.map(({ value, variant }) => [variant, value]), [["a, loop", 4], ["a, loop", 4], ["a, loop#2", 0], ["a, loop#2", 0]])
    }
  })
})
