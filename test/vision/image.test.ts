import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { deflateSync, crc32 } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import sharp from "sharp"
import { load } from "../../src/vision/Image.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "assay-vision-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Pixels that are different everywhere, with their file in the given format. */
const write = (path: string, channels: 3 | 4) =>
  Effect.promise(async () => {
    const opaque = (i: number) => channels === 4 && i % 4 === 3
    const pixels = Uint8Array.from({ length: 8 * 6 * channels }, (_, i) => opaque(i) ? 255 : (i * 37) % 256)
    await sharp(pixels, { raw: { width: 8, height: 6, channels } }).png().toFile(path)
    return pixels
  })

describe("Image.load", () => {
  it.effect("gives the pixels of the file as stored", () =>
    Effect.gen(function*() {
      const path = join(yield* folder, "a.png")
      const pixels = yield* write(path, 3)
      assert.deepStrictEqual(yield* load(path), { width: 8, height: 6, pixels })
    }))

  it.effect("gives three channels for grey, transparent and 16-bit pictures", () =>
    Effect.gen(function*() {
      const dir = yield* folder
      const rgba = yield* write(join(dir, "alpha.png"), 4)
      const loaded = yield* load(join(dir, "alpha.png"))
      assert.deepStrictEqual(loaded.pixels, rgba.filter((_, i) => i % 4 !== 3))
      const grey = sharp(Uint8Array.of(0, 100, 200, 255), { raw: { width: 2, height: 2, channels: 1 } })
      yield* Effect.promise(() => grey.clone().toColourspace("b-w").png().toFile(join(dir, "grey.png")))
      const { pixels } = yield* load(join(dir, "grey.png"))
      assert.deepStrictEqual([...pixels], [0, 0, 0, 100, 100, 100, 200, 200, 200, 255, 255, 255])
      yield* Effect.promise(() => grey.clone().toColourspace("rgb16").png().toFile(join(dir, "deep.png")))
      assert.strictEqual((yield* load(join(dir, "deep.png"))).pixels.length, 12)
    }))

  it.effect("sees a file that has changed since it was last read", () =>
    Effect.gen(function*() {
      const path = join(yield* folder, "a.png")
      const make = (background: string) =>
        Effect.promise(() => sharp({ create: { width: 2, height: 2, channels: 3, background } }).png().toFile(path))
      yield* make("#000000")
      assert.strictEqual((yield* load(path)).pixels[0], 0)
      yield* make("#ffffff")
      assert.strictEqual((yield* load(path)).pixels[0], 255)
    }))

  it.effect("reads a picture in a data URI, and says no more than that of one that it cannot read", () =>
    Effect.gen(function*() {
      const path = join(yield* folder, "a.png")
      const pixels = yield* write(path, 3)
      const uri = (bytes: Uint8Array) => `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`
      assert.deepStrictEqual(yield* load(uri(readFileSync(path))), { width: 8, height: 6, pixels })
      const error = yield* Effect.flip(load(uri(readFileSync(path).subarray(0, 40))))
      assert.match(error.message, /^The image in a data URI cannot be read \(.+\)\.$/)
      assert.strictEqual(error.path, "data URI")
    }))

  it.effect("names a file that is missing, cut short or no picture", () =>
    Effect.gen(function*() {
      const dir = yield* folder
      const cut = join(dir, "cut.jpg")
      yield* Effect.promise(() =>
        sharp({
          create: {
            width: 300,
            height: 300,
            channels: 3,
            background: "#369",
            noise: { type: "gaussian", mean: 128, sigma: 30 }
          }
        }).jpeg().toFile(cut)
      )
      truncateSync(cut, 4000)
      const text = join(dir, "text.png")
      writeFileSync(text, "hello")
      for (const path of [cut, text, join(dir, "none.png")]) {
        const error = yield* Effect.flip(load(path))
        assert.strictEqual(error._tag, "ImageError")
        assert.include(error.message, path)
      }
    }))

  it.effect("refuses a small file that claims a billion pixels", () =>
    Effect.gen(function*() {
      const path = join(yield* folder, "bomb.png")
      writeFileSync(path, bomb(40_000, 40_000))
      assert.include((yield* Effect.flip(load(path))).message, "pixel limit")
    }))
})

/** A PNG whose header claims a size and whose data stop at once. */
const bomb = (width: number, height: number): Buffer => {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(data.length, 0)
    frame.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const chunks = [chunk("IHDR", header), chunk("IDAT", deflateSync(Buffer.alloc(10))), chunk("IEND", Buffer.alloc(0))]
  return Buffer.concat([signature, ...chunks])
}
