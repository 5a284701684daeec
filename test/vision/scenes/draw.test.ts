/** What is drawn is what is said: boxes by pixels, in every style. */
import { assert, describe, it } from "@effect/vitest"
import sharp from "sharp"
import type { Box } from "../../../src/vision/Box.ts"
import { compose } from "../../../src/vision/scenes/compose.ts"
import { drawing } from "../../../src/vision/scenes/draw.ts"
import { type Style, styles } from "../../../src/vision/scenes/look.ts"
import { namesOf } from "../../../src/vision/scenes/names.ts"
import { covers, isWithin, meet, overlap } from "../../../src/vision/scenes/outline.ts"
import { subsets } from "../../../src/vision/scenes/phrase.ts"
import { square } from "../../../src/vision/scenes/place.ts"
import { type Figure, figureForms, materials, type Thing, type View } from "../../../src/vision/scenes/thing.ts"
import * as Random from "../../../src/pipeline/Random.ts"

const size = { width: 112, height: 112 }

const figure = (form: Figure["form"], box: Box<"original">, rest: Partial<Figure> = {}): Figure =>
  ({ form, box, colour: "red", material: "plain", border: false, fill: [212, 35, 40], ...rest })

const view = (...things: ReadonlyArray<Thing>): View => ({ size, background: [120, 120, 120], things })

const pixels = (shown: View, style: Style) => sharp(Buffer.from(drawing(shown, style))).removeAlpha().raw().toBuffer()

/** Smallest box, in corners, around the pixels that differ visibly. */
const differing = (a: Uint8Array, b: Uint8Array) => {
  const different = Array.from({ length: a.length / 3 }, (_, pixel) => pixel)
    .filter((pixel) => [0, 1, 2].some((c) => Math.abs(a[pixel * 3 + c]! - b[pixel * 3 + c]!) > 8))
  const xs = different.map((pixel) => pixel % size.width)
  const ys = different.map((pixel) => Math.floor(pixel / size.width))
  return { x1: Math.min(...xs), y1: Math.min(...ys), x2: Math.max(...xs) + 1, y2: Math.max(...ys) + 1 }
}

describe.each(styles)("the style %s", (style) => {
  it("fills the box of every figure exactly, whatever its form, material, border and size", async () => {
    const empty = await pixels(view(), style)
    for (const form of figureForms) {
      for (const material of materials) {
        for (const [side, border] of [[19, false], [36, true], [61, false]] as const) {
          const shown = view(figure(form, square(13, 21, side), { material, border }))
          assert.deepStrictEqual(differing(await pixels(shown, style), empty), { x1: 13, y1: 21, x2: 13 + side, y2: 21 + side }, `${form} ${material} ${side}`)
        }
      }
    }
  })

  it("fills the box of every name, and draws no two names alike", async () => {
    const empty = await pixels(view(), style)
    for (const kind of ["celebrity", "logo", "landmark"] as const) {
      const drawn = await Promise.all(namesOf(kind).map((name) => pixels(view({ name, box: square(20, 30, 40) }), style)))
      drawn.forEach((one, i) => {
        assert.deepStrictEqual(differing(one, empty), { x1: 20, y1: 30, x2: 60, y2: 70 }, namesOf(kind)[i])
        for (const other of drawn.slice(i + 1)) {
          const changed = one.filter((value, at) => Math.abs(value - other[at]!) > 40).length / 3
          assert.isAbove(changed, 0.15 * 40 * 40, `${namesOf(kind)[i]}`)
        }
      })
    }
  })

  it("hides no thing of a scene beyond a tip of three pixels, but for what stands inside of another", async () => {
    for (const subset of subsets) {
      for (let i = 0; i < 12; i++) {
        const shown = compose(subset, Random.stream(Random.fold(Random.key(6), subset, i)), size)
        const whole = await pixels(shown, style)
        for (const thing of shown.things) {
          const seen = differing(whole, await pixels({ ...shown, things: shown.things.filter((one) => one !== thing) }, style))
          for (const side of ["x1", "y1", "x2", "y2"] as const) assert.isAtMost(Math.abs(seen[side] - thing.box[side]), 3)
        }
      }
    }
  })
})

describe("outlines by pixel", () => {
  it("are the pixels that are painted more than half", async () => {
    for (const form of figureForms) {
      const one = figure(form, square(30, 20, 41), { fill: [255, 255, 255] })
      const painted = await pixels({ ...view(one), background: [0, 0, 0] }, "plain")
      let wrong = 0
      for (let y = 0; y < 112; y++) {
        for (let x = 0; x < 112; x++) if (covers(one, x, y) !== painted[(y * 112 + x) * 3]! > 127) wrong++
      }
      assert.isAtMost(wrong, 24, form)
    }
  })

  it("meet where a pixel is beside another's, and not where there is one between them", () => {
    const still = figure("square", square(50, 50, 20))
    assert.isTrue(meet(figure("circle", square(30, 50, 20)), still))
    assert.isFalse(meet(figure("circle", square(29, 50, 20)), still))
    assert.isFalse(meet(figure("circle", square(30, 30, 20)), still), "corners of boxes, but not of a circle")
    assert.isTrue(meet(figure("square", square(30, 30, 20)), still), "corner to corner")
  })

  it("lie within each other, overlap or do not", () => {
    const outer = figure("triangle", square(10, 10, 60))
    const held = (x: number, y: number) => {
      const circle = figure("circle", square(x, y, 16))
      return [isWithin(circle, outer), overlap(circle, outer)]
    }
    assert.deepStrictEqual(held(32, 45), [true, true])
    assert.deepStrictEqual(held(20, 40), [false, true])
    assert.deepStrictEqual(held(10, 10), [false, false], "in its box, but not in it")
  })
})
