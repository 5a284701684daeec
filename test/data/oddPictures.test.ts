/** Pictures as they come: whatever the format, one size and 8-bit RGB comes out, and what is cut short is found before. */
import { readFileSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import sharp from "sharp"
import * as Data from "../../src/data/index.ts"
import { lookAt } from "../../src/data/pictures/pictures.ts"
import { Report } from "../../src/task/problem.ts"
import type { Problem } from "../../src/task/problem.ts"
import { load } from "../../src/vision/Image.ts"
import { run, temporaryFolder, writeFiles } from "./support.ts"

/** Noise, so that files are long; of 60 x 40 pixels. */
const noise = (channels: 3 | 4 = 3) =>
  sharp({ create: { width: 60, height: 40, channels, background: "#369", noise: { type: "gaussian", mean: 120, sigma: 40 } } })

const plain = (background: string | { r: number; g: number; b: number; alpha: number }, channels: 3 | 4 = 3) =>
  sharp({ create: { width: 60, height: 40, channels, background } })

/** The colour in the middle of a picture, as it is loaded. */
const middle = (path: string) =>
  Effect.map(load(path), ({ height, pixels, width }) => {
    assert.deepStrictEqual([width, height, pixels.length], [60, 40, 60 * 40 * 3])
    return [...pixels.subarray(3 * (20 * 60 + 30), 3 * (20 * 60 + 30) + 3)]
  })

const isNear = (found: ReadonlyArray<number>, wanted: ReadonlyArray<number>, by: number) =>
  found.forEach((value, i) => assert.isAtMost(Math.abs(value - wanted[i]!), by, `${found.join()} is not ${wanted.join()}`))

/** What is written, and the colour that it shows. */
const formats: { readonly [what: string]: readonly [file: () => Promise<Buffer>, colour: ReadonlyArray<number>, by: number] } = {
  "a JPEG": [() => plain("#204060").jpeg().toBuffer(), [32, 64, 96], 4],
  "a grey JPEG": [() => plain("#808080").greyscale().jpeg().toBuffer(), [128, 128, 128], 2],
  "a CMYK JPEG": [() => plain("#204060").toColourspace("cmyk").jpeg().toBuffer(), [32, 64, 96], 40],
  "a grey PNG": [() => plain("#808080").toColourspace("b-w").png().toBuffer(), [128, 128, 128], 1],
  "a PNG of 16 bits": [() => plain("#204060").toColourspace("rgb16").png().toBuffer(), [32, 64, 96], 1],
  "a grey PNG of 16 bits": [() => plain("#808080").toColourspace("grey16").png().toBuffer(), [128, 128, 128], 1],
  "a palette PNG": [() => plain("#204060").png({ palette: true }).toBuffer(), [32, 64, 96], 2],
  "a WebP": [() => plain("#204060").webp({ lossless: true }).toBuffer(), [32, 64, 96], 1],
  "a TIFF": [() => plain("#204060").tiff().toBuffer(), [32, 64, 96], 4],
  "transparent PNG": [() => plain({ r: 0, g: 0, b: 0, alpha: 0 }, 4).png().toBuffer(), [255, 255, 255], 0],
  "half transparent PNG": [() => plain({ r: 0, g: 0, b: 0, alpha: 0.5 }, 4).png().toBuffer(), [127, 127, 127], 1],
  "transparent WebP": [() => plain({ r: 0, g: 0, b: 0, alpha: 0 }, 4).webp({ lossless: true }).toBuffer(), [255, 255, 255], 0]
}

describe("pictures as they come", () => {
  it.effect("have the colours that are stored, whatever profile they carry", () =>
    Effect.gen(function*() {
      const path = join(yield* temporaryFolder, "p3.png")
      const stored = plain("#cb4934").png()
      writeFileSync(path, yield* Effect.promise(() => stored.toBuffer()))
      const without = yield* middle(path)
      const { data, info } = yield* Effect.promise(() => plain("#cb4934").raw().toBuffer({ resolveWithObject: true }))
      const withProfile = sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } }).withIccProfile("p3").png()
      writeFileSync(path, yield* Effect.promise(() => withProfile.toBuffer()))
      const raw = yield* Effect.promise(() => sharp(path, { ignoreIcc: true }).raw().toBuffer())
      assert.notDeepEqual([...raw.subarray(0, 3)], without, "the profile changes what is stored")
      assert.deepStrictEqual(yield* middle(path), [...raw.subarray(0, 3)])
    }))

  it.effect("may be such as no model sees, which is found before anything is computed", () =>
    Effect.gen(function*() {
      const path = join(yield* temporaryFolder, "wide.png")
      const of = (width: number, height: number) =>
        Effect.promise(() => sharp({ create: { width, height, channels: 3, background: "#000" } }).png().toFile(path))
      for (const [width, height, says] of [[2010, 10, "over 200 times as long as wide"], [10_001, 10_000, "more than 100 million"]] as const) {
        yield* of(width, height)
        const found = yield* lookAt(path)
        assert.deepInclude(found, { kind: "a picture that no model sees" })
        assert.include("message" in found ? found.message : "", `wide.png is ${width} x ${height} pixels, ${says}, which no model sees.`)
      }
      yield* of(2000, 10)
      assert.deepInclude(yield* lookAt(path), { width: 2000 })
    }))

  for (const [what, [file, colour, by]] of Object.entries(formats)) {
    it.effect(`${what} has its size and colours, whatever its suffix`, () =>
      Effect.gen(function*() {
        const path = join(yield* temporaryFolder, "picture.jpg")
        writeFileSync(path, yield* Effect.promise(file))
        assert.deepStrictEqual(yield* lookAt(path, { width: 60, height: 40 }), { width: 60, height: 40, orientation: 1 })
        isNear(yield* middle(path), colour, by)
      }))
  }

  it.effect("keep their pixels as stored under an EXIF orientation, which is said", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      for (const orientation of [2, 3, 6, 8]) {
        const path = join(folder, `${orientation}.jpg`)
        yield* Effect.promise(() => plain("#204060").withMetadata({ orientation }).jpeg().toFile(path))
        assert.deepStrictEqual(yield* lookAt(path, { width: 60, height: 40 }), { width: 60, height: 40, orientation })
        yield* middle(path)
      }
      const document = {
        images: [{ id: 1, file_name: "6.jpg", width: 60, height: 40 }],
        annotations: [],
        categories: [{ id: 1, name: "cat" }]
      }
      const annotations = join(yield* writeFiles({ "a.json": document }), "a.json")
      const notes: Array<Problem> = []
      const report = { problem: () => {}, note: (note: Problem) => void notes.push(note) }
      yield* Effect.provideService(run(Data.coco({ annotations, images: folder })), Report, report)
      assert.deepStrictEqual(notes.map(({ entry, kind }) => [entry, kind]), [["image 1", "an EXIF orientation"]])
    }))

  const cut: { readonly [what: string]: () => Promise<Buffer> } = {
    "a JPEG": () => noise().jpeg().toBuffer(),
    "a progressive JPEG": () => noise().jpeg({ progressive: true }).toBuffer(),
    "a PNG": () => noise().png().toBuffer(),
    "a WebP": () => noise().webp().toBuffer(),
    "a TIFF": () => noise().tiff({ compression: "none" }).toBuffer(),
    "a JPEG with a thumbnail's end in it": () => noise().withExif({ IFD0: { ImageDescription: "\u00ff\u00d9" } }).jpeg().toBuffer()
  }
  for (const [what, file] of Object.entries(cut)) {
    it.effect(`${what} that is cut short is found before anything is computed`, () =>
      Effect.gen(function*() {
        const path = join(yield* temporaryFolder, "cut.jpg")
        const whole = yield* Effect.promise(file)
        for (const share of [0.4, 0.7, 0.95]) {
          writeFileSync(path, whole)
          truncateSync(path, Math.floor(share * whole.length))
          const found = yield* lookAt(path)
          assert.property(found, "message", `cut at ${share}`)
          assert.deepInclude(found, { kind: "a picture that cannot be read" })
        }
        writeFileSync(path, whole)
        assert.deepInclude(yield* lookAt(path), { width: 60, height: 40 })
      }))
  }

  it.effect("may have zeros behind their end", () =>
    Effect.gen(function*() {
      const path = join(yield* temporaryFolder, "padded.jpg")
      const whole = yield* Effect.promise(() => noise().jpeg().toBuffer())
      for (const zeros of [1, 5, 300]) {
        for (const file of [whole, yield* Effect.promise(() => noise().png().toBuffer())]) {
          writeFileSync(path, Buffer.concat([file, Buffer.alloc(zeros)]))
          assert.deepInclude(yield* lookAt(path), { width: 60, height: 40 })
        }
      }
      assert.isAbove(readFileSync(path).length, whole.length)
    }))
})
