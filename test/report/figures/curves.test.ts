import { assert, describe, it } from "vitest"
import { curveFigure, curvesOf, noteOf, smooth, spread, thinned } from "../../../src/report/figures/curves.ts"
import { hues } from "../../../src/report/figures/palette.ts"
import { column, drawn, namedRows, page, pointsOf } from "./support.ts"

const values = ["AP", "AP50"].flatMap((variant, v) =>
  [0, 1].flatMap((seed) => Array.from({ length: 4 }, (_, step) => ({ variant, seed, step, value: v + seed / 10 + step / 100 }))))

const figure = (rows = namedRows("AP", "AP50"), all: Parameters<typeof curveFigure>[1]["values"] = values) =>
  ({ experiment: "demo", metric: "reward", rows, values: all })

describe("points of curves", () => {
  it("are the mean over seeds with the range from lowest to highest, of rows that have any", () => {
    const curves = curvesOf(values, namedRows("AP50", "AP", "never ran"), 0)
    assert.deepStrictEqual(curves.map(({ name }) => name), ["AP50", "AP"])
    const { high, low, mean, step } = curves[1]!.points[2]!
    assert.strictEqual(step, 2)
    for (const [got, wanted] of [[low, 0.02], [mean, 0.07], [high, 0.12]]) assert.approximately(got!, wanted!, 1e-12)
  })

  it("leave out values that were no numbers", () => {
    const curves = curvesOf([{ variant: "AP", seed: 0, step: 0, value: null }, ...values], namedRows("AP"), 0)
    assert.strictEqual(curves[0]!.points.length, 4)
  })

  it("are smoothed by a centred mean that is shorter at the ends", () => {
    assert.deepStrictEqual(smooth([1, 2, 3, 10], 1), [1.5, 2, 5, 6.5])
  })

  it("are thinned without hiding a peak", () => {
    const points = Array.from({ length: 10_000 }, (_, step) => ({ step, mean: 1, n: 2, low: step === 7777 ? -9 : 1, high: step === 1234 ? 99 : 1 }))
    const few = thinned(points, 500)
    assert.isAtMost(few.length, 500)
    assert.deepStrictEqual([Math.min(...few.map(({ low }) => low)), Math.max(...few.map(({ high }) => high))], [-9, 99])
    assert.strictEqual(thinned(points, 10_000), points)
  })
})

describe("a figure of curves", () => {
  it("draws each row in its colour, through its means", () => {
    const { marks } = drawn(page, curveFigure(page, figure()))
    const [one] = marks("AP")
    assert.deepStrictEqual([one?.stroke, marks("AP50")[0]?.stroke], [hues[0]!.light, hues[1]!.light])
    const points = pointsOf(one?.d)
    assert.strictEqual(points.length, 4)
    assert.isTrue(points.every(([, y], i) => i === 0 || y < points[i - 1]![1]), "what rises goes up")
    assert.strictEqual(marks("AP: lowest to highest")[0]?.fill, hues[0]!.light)
  })

  it("gives a row the same colour when another one is not drawn", () => {
    const rows = namedRows("AP", "AP50")
    const { marks } = drawn(page, curveFigure(page, figure(rows, values.filter(({ variant }) => variant === "AP50"))))
    assert.strictEqual(marks("AP50")[0]?.stroke, hues[1]!.light)
  })

  it("ends line and band where a seed of the row ends, goes on dotted, and says so", () => {
    const ended = values.filter(({ seed, step }) => seed === 0 || step < 2)
    const { marks, texts } = drawn(page, curveFigure(page, figure(namedRows("AP"), ended)))
    assert.lengthOf(pointsOf(marks("AP")[0]?.d), 2)
    assert.lengthOf(pointsOf(marks("AP: lowest to highest")[0]?.d), 4, "two steps, there and back")
    const [dotted] = marks("AP: fewer seeds")
    assert.deepStrictEqual([pointsOf(dotted?.d).length, dotted?.["stroke-dasharray"], dotted?.stroke], [2, "0 2.4", hues[0]!.light])
    assert.isTrue(texts.some((text) => text.endsWith("Dotted: mean of the fewer seeds that got there.")))
    assert.lengthOf(drawn(page, curveFigure(page, figure())).marks("AP: fewer seeds"), 0)
  })

  it("names its rows at their ends on a page, and above in a column", () => {
    const wide = drawn(page, curveFigure(page, figure()))
    const narrow = drawn(column, curveFigure(column, figure()))
    for (const { texts } of [wide, narrow]) assert.strictEqual(texts.filter((text) => text === "AP50").length, 1)
    assert.include(narrow.text, "viewBox=\"0 0 238 ")
    assert.include(wide.text, "viewBox=\"0 0 493 ")
  })

  it("shows hostile names as text", () => {
    const name = "</text><script>alert(1)</script>&\u0000\u202e\ud800"
    const own = values.map((value) => ({ ...value, variant: name }))
    for (const on of [page, column]) {
      const { text, texts } = drawn(on, curveFigure(on, figure(namedRows(name), own)))
      for (const part of ["<script", "\u0000", "\u202e", "\ud800"]) assert.notInclude(text, part)
      assert.isTrue(texts.some((one) => one.startsWith("</text><script>")))
    }
  })

  it("says what lines and bands are, of one seed that there is one", () => {
    const note = (all: typeof values, radius: number) => noteOf(curvesOf(all, namedRows("AP", "AP50"), radius), radius)
    assert.strictEqual(note(values, 0), "Line: mean of 2 seeds. Band: lowest to highest seed.")
    assert.strictEqual(note(values.filter(({ seed }) => seed === 0), 2), "Line: the only seed, smoothed over 5 points.")
    assert.strictEqual(note(values.filter(({ seed, variant }) => seed === 0 || variant === "AP"), 0), "Line: mean of up to 2 seeds. Band: lowest to highest seed.")
  })

  it("is the same each time, and empty rather than none", () => {
    const text = () => drawn(page, curveFigure(page, figure())).text
    assert.strictEqual(text(), text())
    assert.include(drawn(page, curveFigure(page, figure([], []))).text, "</svg>")
  })
})

describe("names at the ends of lines", () => {
  it("move apart without changing their order", () => {
    assert.deepStrictEqual(spread([50, 10, 51], 10, 0, 100), [50, 10, 60])
    assert.deepStrictEqual(spread([98, 99], 10, 0, 100), [90, 100])
  })
})
