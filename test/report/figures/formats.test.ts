import { inflateSync } from "node:zlib"
import sharp from "sharp"
import { assert, describe, it } from "vitest"
import * as Font from "../../../src/report/figures/Font.ts"
import { barFigure } from "../../../src/report/figures/bars.ts"
import { widths } from "../../../src/report/figures/canvas.ts"
import { type Draw, formats } from "../../../src/report/figures/formats.ts"
import { drawable } from "../../../src/report/figures/letters.ts"
import { outlined } from "../../../src/report/figures/raster.ts"

const draw: Draw = (canvas) => barFigure(canvas, [{ title: "labels, 5 ± 2", bars: [["Grüße <&>", 30], ["赤い星", 15]] }])

/** A character that no font ever has. */
const none = "\u{10fffd}"

describe("formats of figures", () => {
  it("svg asks nobody for anything: the font is inside", async () => {
    const svg = Buffer.from(await formats.svg(widths.column, draw)).toString()
    assert.match(svg, /^<svg[^>]* width="238pt"/)
    assert.match(svg, /@font-face\{font-family:Inter;src:url\(data:font\/woff2;base64,/)
    assert.deepStrictEqual([...svg.matchAll(/(?:href|url)\W+(?!data:)\w+/g)].filter(([found]) => !found.includes("data:")), [])
    assert.include(svg, "赤い星", "whoever shows it may have a font for it")
    assert.isBelow(svg.length, 50_000)
  })

  it("png has 300 dots an inch of a column", async () => {
    const { height, width } = await sharp(await formats.png(widths.column, draw)).metadata()
    assert.approximately(width, 84 / 25.4 * 300, 2)
    assert.isAbove(height, 100)
  })

  it("pdf is as large as the figure and embeds the font", async () => {
    const latin: Draw = (canvas) => barFigure(canvas, [{ title: "labels", bars: [["Grüße", 30]] }])
    const bytes = Buffer.from(await formats.pdf(widths.column, latin, "demo"))
    const pdf = bytes.toString("latin1")
    assert.match(pdf, /\/MediaBox \[0 0 238 \d+\]/)
    assert.match(pdf, /\/BaseFont \/\w{6}\+Inter-Regular/)
    assert.include(pdf, "/FontFile2")
    const start = bytes.indexOf("stream\n") + 7
    assert.include(inflateSync(bytes.subarray(start)).toString("latin1"), " Tf", "letters, not outlines")
  })
})

describe("the bundled font", () => {
  it("measures in the unit of the size, and takes what it lacks for as wide as it mostly is", () => {
    assert.approximately(Font.measure("Hello", 10), 24.1, 0.3)
    assert.strictEqual(Font.measure("", 10), 0)
    assert.strictEqual(Font.measure("赤", 10), 10)
    assert.isAbove(Font.measure("W", 10), Font.measure("i", 10))
  })

  it("has what European languages and formulas need", () => {
    assert.deepStrictEqual(Font.lacking("Grüße, Ελλάδα, Привет, łódź ± × ≥ → … – \n"), [])
    assert.deepStrictEqual(Font.lacking("a赤b赤"), ["赤"])
  })
})

describe("text that is drawn", () => {
  it("has no empty frame for what no font has: its number stands there", () => {
    assert.strictEqual(drawable(`a${none}b`), "a\\u{10fffd}b")
    assert.strictEqual(drawable("plain ± Grüße"), "plain ± Grüße")
  })

  it("has neither controls nor what turns its direction", () => {
    assert.strictEqual(drawable("a\u0000\u202eb\ud800\uffff"), "a\\x00\\u202eb\\ud800\\uffff")
  })

  it("is drawn by the bundled font where it can", () => {
    const glyphs = (text: string) => outlined(`<svg xmlns="http://www.w3.org/2000/svg" width="99" height="9"><text y="9" font-family="${Font.family}">${text}</text></svg>`)
    assert.notStrictEqual(glyphs("a"), glyphs("b"))
    assert.match(glyphs("a"), / d="M/)
  })
})
