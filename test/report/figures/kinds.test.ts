import { assert, describe, it } from "vitest"
import { tick } from "../../../src/report/figures/axes.ts"
import { barFigure } from "../../../src/report/figures/bars.ts"
import { intervalFigure, type Measured } from "../../../src/report/figures/intervals.ts"
import { hues, neutral } from "../../../src/report/figures/palette.ts"
import { front, paretoFigure } from "../../../src/report/figures/pareto.ts"
import { partsFigure } from "../../../src/report/figures/parts.ts"
import { column, drawn, namedRows, page } from "./support.ts"

const rows = namedRows("base model", "AP", "weighted_sum, cosine, repetition")

const measured = (metric: string, means: ReadonlyArray<number>, better: Measured["better"] = "higher"): Measured => ({
  metric,
  better,
  baseline: "AP",
  rows: means.map((mean, i) => ({ ...rows[i]!, n: i === 0 ? 1 : 3, mean, ci95: i === 0 ? null : 2, seeds: i === 0 ? [mean] : [mean - 1, mean, mean + 1], published: i === 1 ? 27 : undefined }))
})

describe("intervals", () => {
  const { marks, texts } = drawn(page, intervalFigure(page, { experiment: "demo", rows, metrics: [measured("mAP (%)", [20, 30, 40])] }))
  const x = (label: string) => Number(marks(label)[0]?.cx)

  it("put the mean of a row in the middle of its interval, in its colour", () => {
    const [bar] = marks("AP: 95 % interval")
    assert.approximately(x("AP"), (Number(bar?.x1) + Number(bar?.x2)) / 2, 0.02)
    assert.deepStrictEqual([bar?.stroke, marks("AP")[0]?.fill, marks("base model")[0]?.fill], [hues[0]!.light, hues[0]!.light, neutral.light])
    assert.isBelow(x("base model"), x("AP"))
  })

  it("show every seed, and draw no interval of one", () => {
    assert.strictEqual(marks("AP: single seeds").length, 3)
    assert.deepStrictEqual(marks("base model: 95 % interval"), [])
  })

  it("mark the baseline and what is published, and say so", () => {
    assert.deepStrictEqual([marks("baseline").length, marks("AP: published").length], [1, 1])
    assert.match(texts.join(" "), /Bar: its 95 % t-interval.*Dashed line: the baseline.*Diamond, .*: published/)
    assert.include(texts, "mAP (%), higher is better")
  })

  it("are not pressed into dots by what was published of a much better model: it stands at the end of the axis, with its number", () => {
    const far = measured("mAP (%)", [20, 30, 40])
    const metrics = [{ ...far, rows: far.rows.map((row) => ({ ...row, published: 900 })) }]
    const apart = drawn(page, intervalFigure(page, { experiment: "demo", rows, metrics }))
    assert.strictEqual(apart.texts.filter((text) => text.startsWith("900 →")).length, 3)
    const width = ([bar]: ReturnType<typeof marks>) => Number(bar?.x2) - Number(bar?.x1)
    assert.approximately(width(apart.marks("AP: 95 % interval")), width(marks("AP: 95 % interval")), 1)
  })

  it("break a long name instead of hiding what tells it from others", () => {
    const narrow = drawn(column, intervalFigure(column, { experiment: "demo", rows, metrics: [measured("mAP (%)", [20, 30, 40])] }))
    assert.match(narrow.texts.join(" "), /weighted_sum, cosine,\s*repetition/)
  })
})

describe("one metric against another", () => {
  it("has at its front the rows that none beats in both, whichever way is better", () => {
    const quality = measured("mAP", [20, 30, 30])
    assert.deepStrictEqual(front({ x: measured("cost", [5, 10, 12], "lower"), y: quality }), ["base model", "AP"])
    assert.deepStrictEqual(front({ x: measured("speed", [5, 10, 12]), y: quality }), [rows[2]!.name])
  })

  it("has none where a metric may go either way, and says so", () => {
    const figure = paretoFigure(page, { experiment: "demo", x: measured("tokens", [1, 2, 3], "neither"), y: measured("mAP", [20, 30, 40]) })
    const { marks, texts } = drawn(page, figure)
    assert.deepStrictEqual(marks("front"), [])
    assert.include(texts.join(" "), "There is no front")
    assert.strictEqual(marks("AP").find(({ tag }) => tag === "circle")?.fill, hues[0]!.light)
  })
})

describe("parts of the reward", () => {
  it("have a panel each, and name the rows that have any", () => {
    const values = ["iou", "format"].flatMap((part) =>
      [0, 1, 2].map((step) => ({ part, variant: "AP", seed: 0, step, value: step })))
    const { texts } = drawn(page, partsFigure(page, { experiment: "demo", rows, values }))
    assert.includeMembers([...texts], ["iou", "format", "AP"])
    assert.notInclude(texts, "base model")
  })
})

describe("bars", () => {
  it("are as long as their counts", () => {
    const { text, texts } = drawn(page, barFigure(page, [{ title: "labels", bars: [["red star", 30], ["x", 15]] }]))
    const [first, second] = [...text.matchAll(/<rect[^>]*? width="([\d.]+)"/g)].map(([, width]) => Number(width)).filter((width) => width > 0)
    assert.approximately(first! / second!, 2, 0.01)
    assert.includeMembers([...texts], ["labels", "red star", "30"])
  })
})

describe("numbers beside an axis", () => {
  it("are as short as they can be", () => {
    assert.deepStrictEqual([0, 0.1 + 0.2, -0.0025, 1e-5, 250_000, 2e6].map(tick), ["0", "0.3", "-0.0025", "1e-5", "250000", "2e6"])
  })
})
