import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import sharp from "sharp"
import * as Random from "../../../src/pipeline/Random.ts"
import type { Box } from "../../../src/vision/Box.ts"
import { picture, sheet } from "../../../src/report/figures/Paint.ts"
import type { DrawnBox } from "../../../src/report/figures/overlay.ts"

const black = Effect.acquireRelease(
  Effect.promise(async () => {
    const folder = mkdtempSync(join(tmpdir(), "assay-draw-"))
    await sharp({ create: { width: 112, height: 56, channels: 3, background: "#000" } }).png().toFile(join(folder, "a.png"))
    return join(folder, "a.png")
  }),
  (path) => Effect.sync(() => rmSync(join(path, ".."), { recursive: true, force: true }))
)

const pixels = (png: Uint8Array) =>
  Effect.promise(async () => {
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true })
    const start = (x: number, y: number) => (y * info.width + x) * info.channels
    return { ...info, at: (x: number, y: number) => [...data.subarray(start(x, y), start(x, y) + 3)] }
  })

const green = [0, 121, 61]
const red = [209, 31, 46]
const input = { width: 56, height: 28 }

describe("draw.picture", () => {
  it.effect("enlarges a small image and frames true boxes green and predicted ones red, each from its own space", () =>
    Effect.gen(function*() {
      const path = yield* black
      const boxes: ReadonlyArray<DrawnBox> = [
        { role: "true", label: "red star", box: { space: "original", x1: 10, y1: 20, x2: 30, y2: 40 } },
        { role: "predicted", label: "red star", box: { space: "resized", x1: 30, y1: 10, x2: 40, y2: 20 } }
      ]
      const shown = yield* Effect.flatMap(picture({ path, input, boxes }), pixels)
      assert.deepStrictEqual([shown.width, shown.height], [448, 224 + 26])
      assert.deepStrictEqual(shown.at(120, 120), green)
      assert.deepStrictEqual(shown.at(40, 120), green)
      assert.deepStrictEqual(shown.at(242, 80), red)
      assert.deepStrictEqual(shown.at(80, 120), [0, 0, 0])
    }))

  it.effect("survives whatever a model may say", () =>
    Effect.gen(function*() {
      const path = yield* black
      const next = Random.stream(Random.key(3))
      const odd = [Number.NaN, Number.POSITIVE_INFINITY, -1e308, 1e308, -5, 0, 56, 1e9]
      const number = () => odd[Math.floor(next() * odd.length)]!
      const labels = ["", "<svg>&\"'", "\u0000\ud800", "z".repeat(100_000), "赤い星"]
      const boxes = Array.from({ length: 60 }, (_, i): DrawnBox => {
        const space = (["original", "resized", "thousand"] as const)[i % 3]!
        const box: Box = { space, x1: number(), y1: number(), x2: number(), y2: number() }
        return { role: "predicted", label: labels[i % labels.length]!, box }
      })
      const shown = yield* Effect.flatMap(picture({ path, input, boxes, caption: labels[3] }), pixels)
      assert.deepStrictEqual([shown.width, shown.height], [448, 224 + 48])
    }))

  it.effect("names an image that it cannot read", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(picture({ path: "no/such.png", input, boxes: [] }))
      assert.include(error.message, "no/such.png")
    }))
})

describe("draw.sheet", () => {
  it.effect("lays pictures out in rows", () =>
    Effect.gen(function*() {
      const path = yield* black
      const one = { path, input, boxes: [] }
      const size = (columns: number) =>
        Effect.map(Effect.flatMap(sheet([one, one, one], columns), pixels), ({ height, width }) => [width, height])
      assert.deepStrictEqual(yield* size(2), [2 * 460 + 12, 2 * 262 + 12])
      assert.deepStrictEqual(yield* size(9), [3 * 460 + 12, 262 + 12])
    }))
})
