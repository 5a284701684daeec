import { assert, describe, it } from "@effect/vitest"
import { join } from "../../../src/report/table/join.ts"
import { sentences } from "../../../src/report/table/sentences.ts"
import * as Table from "../../../src/report/table/Table.ts"
import { text } from "../../../src/report/table/text.ts"
import { source } from "./support.ts"

/** The same experiment under another name, whose study names one metric only, in another place. */
const other: Table.Source = {
  ...source,
  name: "again",
  table: { rows: "reward", metrics: [{ title: "formatRate", scope: "detection", name: "formatRate" }], published: { AP: [0.9] } }
}

describe("several experiments in one table", () => {
  it("stand below each other under all of their columns", () => {
    const joined = join([source, other])
    assert.deepStrictEqual(joined.columns.map(({ title }) => title), ["detection/mAP", "detection/formatRate"])
    assert.deepStrictEqual(joined.rows.map(({ variant }) => variant), [
      "demo: base model",
      "again: base model",
      "demo: AP",
      "demo: weighted_sum, cosine",
      "again: AP",
      "again: weighted_sum, cosine"
    ])
    const ap = joined.rows.find(({ variant }) => variant === "again: AP")!
    assert.deepStrictEqual(ap.cells.map(({ published }) => published), [undefined, 0.9], "figures follow their metric, not their place")
    assert.strictEqual(ap.cells[1]!.measured!.mean, 0.75)
  })

  it("compare each row with its own experiment's, and correct for the comparisons of all", () => {
    const [alone, joined] = [Table.make(source), join([source, other])]
    const cell = (table: Table.Table, variant: string) => table.rows.find((row) => row.variant === variant)!.cells[0]!.toBaseline!
    const [one, among] = [cell(alone, "weighted_sum, cosine"), cell(joined, "demo: weighted_sum, cosine")]
    assert.deepStrictEqual([among.delta, among.p], [one.delta, one.p])
    assert.isAbove(among.holm!, one.holm!)
    assert.include(text(joined), "demo + again\n")
    assert.include(sentences(joined).join(" "), "the table's 8 comparisons")
  })

  it("name their baselines by a word where these differ", () => {
    const renamed = { ...other, variants: other.variants.map((variant) => variant.role === "baseline" ? { ...variant, name: "AP50" } : variant) }
    assert.strictEqual(join([source, renamed]).baseline, "its baseline")
    assert.strictEqual(join([source, other]).baseline, "AP")
  })

  it("are a table as ever when there is one", () => {
    assert.deepStrictEqual(join([source]), Table.make(source))
  })
})
