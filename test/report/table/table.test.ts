import { assert, describe, it } from "@effect/vitest"
import { csv, field } from "../../../src/report/table/csv.ts"
import { json } from "../../../src/report/table/json.ts"
import { escape as latexEscape, latex } from "../../../src/report/table/latex.ts"
import { escape as markdownEscape, markdown } from "../../../src/report/table/markdown.ts"
import { sentences } from "../../../src/report/table/sentences.ts"
import * as Table from "../../../src/report/table/Table.ts"
import { text } from "../../../src/report/table/text.ts"
import { measured, source, table } from "./support.ts"

describe("Table", () => {
  it("puts references first and keeps the order of the study after them", () => {
    assert.deepStrictEqual(table.rows.map((row) => row.variant), ["base model", "AP", "weighted_sum, cosine"])
    assert.deepStrictEqual([table.baseline, table.reference, table.rowTitle], ["AP", "base model", "reward"])
    assert.deepStrictEqual(table.evaluationSizes, [{ scope: "detection", of: "image", sizes: [200] }])
  })

  it("sets measured, published and differences side by side, and compares no row with itself", () => {
    const [base, ap, cosine] = table.rows
    assert.strictEqual(ap!.cells[0]!.published, 27.4)
    assert.isUndefined(ap!.cells[1]!.published, "null: nothing was published")
    assert.isUndefined(ap!.cells[0]!.toBaseline)
    assert.isUndefined(base!.cells[0]!.toReference)
    assert.isTrue(cosine!.cells[0]!.toBaseline!.separated)
    assert.isUndefined(base!.cells[1]!.measured)
  })

  it("shows every measured metric when the study names none", () => {
    const titles = Table.make({ ...source, table: null }).columns.map(({ title }) => title)
    assert.deepStrictEqual(titles, ["detection/evaluationSize", "detection/formatRate", "detection/mAP"])
  })
})

describe("text", () => {
  it("prints mean, interval, n, published and differences, marking what is separated", () => {
    const lines = text(table).split("\n").map((line) => line.trim().replace(/\s+/g, " "))
    assert.include(lines, "base model 1 37.13 -")
    assert.include(lines, "AP (baseline) 3 41.00 ± 1.25 27.4 0.750 ± 0.013")
    assert.include(lines, "to AP +2.50 ± 1.50 * -0.010 ± 0.030")
    assert.include(lines, "to base model +6.38 ± 2.00 *")
  })

  it("stays within the columns it is given, stacking metrics that do not fit", () => {
    const metrics = Array.from({ length: 9 }, (_, i) => `metric-number-${i}`)
    const wide = Table.make({
      ...source,
      table: { rows: "reward", metrics: metrics.map((name) => ({ title: name, scope: "detection", name })) },
      ablation: metrics.map((metric) => measured("AP", metric, 12.5, 2.5))
    })
    for (const columns of [80, 120]) {
      const printed = text(wide, columns)
      assert.isAtMost(Math.max(...printed.split("\n").map((line) => line.length)), columns)
      for (const metric of metrics) assert.include(printed, metric)
    }
  })
})

describe("sentences", () => {
  const said = (changes: Partial<Table.Source>) => sentences(Table.make({ ...source, ...changes })).join(" ")

  it("say what n, the intervals and the evaluation set are", () => {
    assert.include(said({}), "95 % t-interval")
    assert.include(said({}), "Evaluated on 200 held-out images.")
  })

  it("name what is separated from baseline and base model, on which side, and what chance would do", () => {
    assert.include(
      said({}),
      "Separated from AP (*, the 95 % interval of the paired difference leaves zero out): mAP above: \"weighted_sum, cosine\"."
    )
    assert.include(said({}), "That is 1 of 2 comparisons; chance alone would separate about 0.1.")
    assert.include(said({}), "Separated from base model")
  })

  it("say so when nothing is separated", () => {
    const paired = source.paired.map((row) => ({ ...row, separated: false }))
    assert.include(
      said({ paired }),
      "No variant is separated from AP: the 95 % intervals of all 2 paired differences include zero."
    )
  })

  it("judge nothing from a single seed", () => {
    const paired = source.paired.map((row) => ({ ...row, n: 1, ci95: null, separated: false }))
    assert.include(said({ paired }), "No row has two seeds in common with AP")
  })

  it("name runs that are missing, and sets of different sizes", () => {
    assert.include(
      said({ missing: [{ variant: "AP", seed: 2, status: "failed" }] }),
      "Not in the table yet: AP seed 2 (failed)."
    )
    const more = measured("AP", "evaluationSize", 100, null, 1)
    assert.include(said({ ablation: [...source.ablation, more] }), "sets of different sizes (100 and 200 images)")
  })
})

describe("renderers", () => {
  it("Markdown escapes what would break a cell or become markup", () => {
    assert.strictEqual(markdownEscape("a|b_c*d\ne"), "a\\|b\\_c\\*d e")
    const [head, rule, ...rows] = markdown(table).split("\n").filter((line) => line.startsWith("|"))
    const cells = (line: string) => line.split(/(?<!\\)\|/).length
    assert.strictEqual(cells(rule!), cells(head!))
    assert.strictEqual(rows.length, 3)
    for (const row of rows) assert.strictEqual(cells(row), cells(head!))
    assert.include(markdown(table), "**+2.50 ± 1.50**")
  })

  it("LaTeX escapes every special character", () => {
    assert.strictEqual(
      latexEscape("50 % of a_b & $x {y} #1 ~ ^ \\ <z>"),
      "50 \\% of a\\_b \\& \\$x \\{y\\} \\#1 \\textasciitilde{} \\textasciicircum{} \\textbackslash{} \\textless{}z\\textgreater{}"
    )
    const printed = latex(table)
    assert.include(printed, "weighted\\_sum, cosine & 3 & $43.50 \\pm 2.00$")
    assert.include(printed, "$+2.50 \\pm 1.50^{*}$")
    assert.strictEqual(printed.match(/(?<!\\)\$/g)!.length % 2, 0)
    const rows = printed.split("\n").filter((line) => line.endsWith("\\\\"))
    assert.isTrue(rows.every((line) => line.match(/(?<!\\)&/g)!.length === 3), "title, n and two metrics everywhere")
  })

  it("CSV quotes by RFC 4180 and keeps full precision", () => {
    assert.deepStrictEqual([
      field("a,b"),
      field("say \"hi\""),
      field("two\nlines"),
      field(null),
      field(true),
      field(0.1 + 0.2)
    ], [
      "\"a,b\"",
      "\"say \"\"hi\"\"\"",
      "\"two\nlines\"",
      "",
      "1",
      "0.30000000000000004"
    ])
    const [head, ...rows] = csv(table).split("\n")
    assert.strictEqual(rows.length, 6)
    assert.strictEqual(head!.split(",").length, 20)
    assert.include(csv(table), "demo,\"weighted_sum, cosine\",variant,mAP,detection,mAP,%,3,43.5,1,2,2.5,1.5,3,1,6.375,2,3,1,29.3")
  })

  it("JSON reads back to the table itself, with the sentences as notes", () => {
    const { notes, ...value } = JSON.parse(json(table))
    assert.deepStrictEqual(value, JSON.parse(JSON.stringify(table)))
    assert.deepStrictEqual(notes, sentences(table))
  })
})
