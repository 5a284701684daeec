import { assert, describe, it } from "@effect/vitest"
import { csv, field } from "../../../src/report/table/csv.ts"
import { json } from "../../../src/report/table/json.ts"
import { escape as latexEscape, latex } from "../../../src/report/table/latex.ts"
import { escape as markdownEscape, markdown } from "../../../src/report/table/markdown.ts"
import { pivot } from "../../../src/report/table/pivot.ts"
import { sentences } from "../../../src/report/table/sentences.ts"
import * as Table from "../../../src/report/table/Table.ts"
import { brief, text } from "../../../src/report/table/text.ts"
import { difference, measured, source, table } from "./support.ts"

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

  it("marks nothing below three pairs, however far apart, and counts no such pair among the comparisons", () => {
    const pair = { ...difference("weighted_sum, cosine", "mAP", 2.5, 0.1), n: 2, separated: false }
    const [, , cosine] = Table.make({ ...source, paired: [pair] }).rows
    const shown = cosine!.cells[0]!.toBaseline!
    assert.deepStrictEqual([shown.bare, shown.separated, shown.holm], [false, false, null])
    assert.isNumber(shown.p)
    assert.isNumber(shown.detectable)
  })

  it("corrects over all comparisons of the table, so that more of them leave less", () => {
    const close = difference("weighted_sum, cosine", "mAP", 2.5, 2)
    const alone = Table.make({ ...source, paired: [close], gain: [] }).rows[2]!.cells[0]!.toBaseline!
    const among = Table.make({ ...source, paired: [close, source.paired[1]!], gain: [] }).rows[2]!.cells[0]!.toBaseline!
    assert.deepStrictEqual([alone.bare, alone.separated], [true, true])
    assert.strictEqual(alone.holm, alone.p)
    assert.deepStrictEqual([among.bare, among.separated], [true, false])
    assert.approximately(among.holm!, 2 * among.p!, 1e-12)
  })

  it("shows every measured metric when the study names none", () => {
    const titles = Table.make({ ...source, table: null }).columns.map(({ title }) => title)
    assert.deepStrictEqual(titles, ["detection/evaluationSize", "detection/formatRate", "detection/mAP"])
  })
})

describe("a grid", () => {
  it("keeps the row whose label a reference is called by, too", () => {
    const cells = ["base", "tuned"].flatMap((start) => ["1", "2"].map((size) => ({ start, size })))
    const variants = [
      { name: "base", role: "reference" as const, cell: {} },
      ...cells.map((cell) => ({ name: `${cell.start}, ${cell.size}`, role: "variant" as const, cell }))
    ]
    const flat = Table.make({
      ...source,
      table: { rows: "start", metrics: [{ title: "mAP", scope: "detection", name: "mAP" }] },
      variants,
      ablation: variants.map(({ name }, i) => measured(name, "mAP", 40 + i, 1)),
      paired: [],
      gain: []
    })
    const { rows } = pivot(flat)
    assert.deepStrictEqual(rows.map(({ cells, role, variant }) => [variant, role, ...cells.map(({ measured }) => measured?.mean)]), [
      ["base", "reference", 40, 40],
      ["base", "variant", 41, 42],
      ["tuned", "variant", 43, 44]
    ])
  })
})

describe("brief", () => {
  it("has a line for each row, with what was measured so far", () => {
    const lines = brief(table, 80).map((line) => line.trim().replace(/\s+/g, " "))
    assert.deepStrictEqual(lines.filter((line) => !line.startsWith("-")).map((line) => line.split(" ")[0]), ["reward", "base", "AP", "weighted_sum,"])
    assert.include(lines, "AP (baseline) 3 41.00 ± 1.25 27.4 0.750 ± 0.013")
  })

  it("leaves out the metrics for which there is no place", () => {
    assert.include(brief(table, 50).join("\n"), "41.00")
    assert.notInclude(brief(table, 50).join("\n"), "0.750")
  })
})

describe("text", () => {
  it("prints mean, interval, n, published and differences, marking what is separated", () => {
    const lines = text(table).split("\n").map((line) => line.trim().replace(/\s+/g, " "))
    assert.include(lines, "base model 1 37.13 -")
    assert.include(lines, "AP (baseline) 3 41.00 ± 1.25 27.4 0.750 ± 0.013")
    assert.include(lines, "to AP +2.50 ± 1.50 (1.87) * -0.010 ± 0.030 (0.037)")
    assert.include(lines, "to base model +6.38 ± 2.00 (2.49) *")
  })

  it("cuts no name: what tells rows apart may stand at its end", () => {
    const names = ["weighted sum of soft F1 and format, KL coefficient 0.01", "weighted sum of soft F1 and format, KL coefficient 0.02"]
    const long = Table.make({
      ...source,
      variants: names.map((name, i) => ({ name, role: i === 0 ? "baseline" as const : "variant" as const, cell: {} })),
      ablation: names.map((name, i) => measured(name, "mAP", 40 + i, 1)),
      paired: [difference(names[1]!, "mAP", 1, 2)],
      gain: []
    })
    const lines = text(long).split("\n")
    const from = (at: number) => lines.slice(at, at + 2).map((line) => line.trimEnd().replace(/ {2,}\d.*$/, ""))
    const [first, second] = ["40.00", "41.00"].map((value) => lines.findIndex((line) => line.includes(value)))
    assert.deepStrictEqual(from(first!), ["weighted sum of soft F1 and format, KL", "    coefficient 0.01 (baseline)"])
    assert.deepStrictEqual(from(second!), ["weighted sum of soft F1 and format, KL", "    coefficient 0.02"])
    assert.isBelow(Math.max(...lines.map((line) => line.length)), 121)
    assert.notInclude(lines.join(""), "…")
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

  it("name what is separated from baseline and base model, on which side, and after how many comparisons", () => {
    assert.include(
      said({}),
      "Separated from AP (*, paired t-test, 5 % after Holm's correction over the table's 4 comparisons): mAP above: " +
        "\"weighted_sum, cosine\"."
    )
    assert.include(said({}), "Separated from base model (*")
    assert.notInclude(said({}), "°")
  })

  it("tell what the bare interval says and the correction takes away, and what chance would do", () => {
    const less = said({ paired: [difference("weighted_sum, cosine", "mAP", 2.5, 2), source.paired[1]!] })
    assert.include(less, "No variant is separated from AP after Holm's correction over the table's 4 comparisons. Only before it (°")
    assert.include(less, "of 2 comparisons chance alone would set 0.1 as far apart): mAP above: \"weighted_sum, cosine\".")
  })

  it("judge no difference that is the same at every seed, to rounding, and count it among no comparisons", () => {
    const same = (sd: number) => ({ ...difference("weighted_sum, cosine", "formatRate", -0.01, sd), sd, separated: true })
    for (const sd of [0, 1.2e-16]) {
      const changes = { paired: [source.paired[0]!, same(sd)] }
      const { toBaseline } = Table.make({ ...source, ...changes }).rows[2]!.cells[1]!
      assert.deepInclude(toBaseline, { p: null, holm: null, detectable: null, bare: false, separated: false })
      assert.include(said(changes), "over the table's 3 comparisons): mAP above")
      assert.include(said(changes), "The same difference to AP at every seed, by which no test can judge chance: formatRate: \"weighted_sum, cosine\".")
    }
    assert.notInclude(said({ paired: [same(0)] }), "three seeds in common")
  })

  it("say what the brackets are, where there are any", () => {
    assert.include(said({}), "the smallest true difference that so many pairs")
    assert.notInclude(said({ paired: [], gain: [] }), "In brackets")
  })

  it("say so when nothing is separated", () => {
    const paired = source.paired.map((row) => ({ ...row, separated: false }))
    assert.include(
      said({ paired }),
      "No variant is separated from AP: the 95 % intervals of all 2 paired differences include zero."
    )
  })

  it("judge nothing from a single seed", () => {
    const paired = source.paired.map((row) => ({ ...row, n: 1, sd: null, ci95: null, separated: false }))
    assert.include(said({ paired }), "No row has three seeds in common with AP")
  })

  it("name failed runs before those that are still to come", () => {
    const planned = Array.from({ length: 8 }, (_, seed) => ({ variant: "AP", seed, status: "planned" }))
    const text = said({ missing: [...planned, { variant: "weighted_sum, cosine", seed: 7, status: "failed" }] })
    assert.include(text, "Not in the table yet: weighted_sum, cosine seed 7 (failed), AP seed 0 (planned)")
    assert.include(text, "and 3 more. 1 of 9 failed.")
  })

  it("tell the settings on which all rows agree, and name those of the others", () => {
    const setting = (variant: string, prompt: string, whole = prompt) => ({
      variant,
      scope: "detection",
      settings: { mode: { shown: "positive", whole: "positive" }, prompt: { shown: prompt, whole } }
    })
    const agreed = said({ settings: [setting("AP", "enhanced"), setting("base model", "enhanced")] })
    assert.include(agreed, "Settings of detection: mode positive, prompt enhanced.")
    const differing = said({ settings: [setting("AP", "enhanced"), setting("weighted_sum, cosine", "standard")] })
    assert.include(differing, "Settings of detection: mode positive.")
    assert.include(differing, "Rows differ in settings of detection, compare them with care: prompt enhanced for AP; standard for \"weighted_sum, cosine\".")
    const alike = said({ settings: [setting("AP", "own", "a"), setting("base model", "own", "b")] })
    assert.include(alike, "prompt own for AP; own for base model (they read alike and are not).")
    assert.notInclude(said({ settings: [{ ...setting("AP", "own"), scope: "elsewhere" }] }), "elsewhere", "no column is of that scope")
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
    assert.include(markdown(table), "**+2.50 ± 1.50**\\* (1.87)")
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
    assert.strictEqual(head!.split(",").length, 34)
    const cells = rows.find((row) => row.startsWith("demo,\"weighted_sum, cosine\",variant,mAP,"))!.replace("weighted_sum, cosine", "cosine").split(",")
    const named = Object.fromEntries(head!.split(",").map((column, i) => [column, cells[i]]))
    assert.include(named, { n: "3", mean: "43.5", baseline_delta: "2.5", baseline_ci95: "1.5", baseline_bare: "1", baseline_separated: "1" })
    assert.include(named, { evaluation_size: "200", missing: "0", reference_delta: "6.375", published: "29.3" })
    assert.approximately(Number(named["baseline_p"]), 0.0189, 5e-5)
    assert.approximately(Number(named["baseline_holm"]), 2 * 0.0189, 1e-4)
  })

  it("JSON reads back to the table itself, with the sentences as notes", () => {
    const { notes, ...value } = JSON.parse(json(table))
    assert.deepStrictEqual(value, JSON.parse(JSON.stringify(table)))
    assert.deepStrictEqual(notes, sentences(table))
  })
})
