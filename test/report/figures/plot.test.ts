import { assert, describe, it } from "@effect/vitest"
import sharp from "sharp"
import { chart, smooth } from "../../../src/report/figures/Curves.ts"
import { spread, svg, ticks } from "../../../src/report/figures/plot.ts"

const rows = ["AP", "AP50"].flatMap((variant, v) =>
  [0, 1].flatMap((seed) =>
    Array.from({ length: 4 }, (_, step) => ({ variant, seed, step, value: v + seed / 10 + step / 100 }))
  )
)

describe("curves", () => {
  it("draw the mean over seeds with the range from lowest to highest", () => {
    const { series } = chart("demo", "reward", rows, ["AP50", "AP", "never ran"])
    assert.deepStrictEqual(series.map((one) => one.name), ["AP50", "AP"])
    const { high, low, mean, x } = series[1]!.points[2]!
    assert.strictEqual(x, 2)
    for (const [got, wanted] of [[low, 0.02], [mean, 0.07], [high, 0.12]]) assert.approximately(got!, wanted!, 1e-12)
  })

  it("leave out values that were no numbers", () => {
    const { series } = chart("demo", "reward", [{ variant: "AP", seed: 0, step: 0, value: null }, ...rows], ["AP"])
    assert.strictEqual(series[0]!.points.length, 4)
  })

  it("smooth by a centred mean that is shorter at the ends", () => {
    assert.deepStrictEqual(smooth([1, 2, 3, 10], 1), [1.5, 2, 5, 6.5])
  })
})

describe("plot", () => {
  it("puts ticks on round numbers inside the range", () => {
    assert.deepStrictEqual(ticks(0.13, 0.52, 4), [0.2, 0.3, 0.4, 0.5])
    assert.deepStrictEqual(ticks(0, 59, 8), [0, 10, 20, 30, 40, 50])
    assert.deepStrictEqual(ticks(-1e-4, 2e-4, 3), [-0.0001, 0, 0.0001, 0.0002])
    assert.deepStrictEqual(ticks(5, 5, 3), [5])
  })

  it("moves labels apart without changing their order", () => {
    assert.deepStrictEqual(spread([50, 10, 51], 10, 0, 100), [50, 10, 60])
    assert.deepStrictEqual(spread([98, 99], 10, 0, 100), [90, 100])
  })

  it("renders to a picture that has every series in its colour", async () => {
    const image = sharp(Buffer.from(svg(chart("demo <&> \u0007", "reward", rows, ["AP", "AP50"]))))
    const { data, info } = await image.removeAlpha().raw().toBuffer({ resolveWithObject: true })
    assert.deepStrictEqual([info.width, info.height], [960, 540])
    const count = (r: number, g: number, b: number) => {
      let found = 0
      for (let i = 0; i < data.length; i += 3) if (data[i] === r && data[i + 1] === g && data[i + 2] === b) found++
      return found
    }
    assert.isAbove(count(0x00, 0x72, 0xb2), 200)
    assert.isAbove(count(0xd5, 0x5e, 0x00), 200)
  })

  it("gives the lines the room that short names leave, and marks whole steps only", () => {
    const lineEnd = (name: string) => {
      const drawn = svg(chart("demo", "reward", rows.map((row) => ({ ...row, variant: name })), [name], "group"))
      return Number(/<line x1="82" x2="([\d.]+)" y1="478"/.exec(drawn)![1])
    }
    assert.isBelow(lineEnd("weighted_sum, cosine"), lineEnd("8") - 80)
    assert.isBelow(lineEnd("8"), 960 - 60, "the axis is named above the names")
    const steps = rows.map((row) => row.step)
    const marks = ticks(Math.min(...steps), Math.max(...steps), 8).filter(Number.isInteger).length
    const drawn = svg(chart("demo", "reward", rows, ["AP"]))
    assert.strictEqual(drawn.match(/,494\.0\)|translate\([\d.]+ 494\.0\)/g)?.length, marks)
  })

  it("says what lines and bands are, of one seed that there is one", () => {
    assert.match(chart("demo", "reward", rows, ["AP"]).subtitle, /^Line: mean of 2 seeds\. Band: lowest to highest\.$/)
    assert.match(chart("demo", "reward", rows.filter(({ seed }) => seed === rows[0]!.seed), ["AP"]).subtitle, /^Line: the only seed\.$/)
  })

  it("draws an empty chart rather than none", () => {
    assert.include(svg(chart("demo", "reward", [], [])), "</svg>")
  })
})
