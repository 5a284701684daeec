import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { bicubic } from "../../src/vision/resize.ts"

interface Golden {
  readonly cases: ReadonlyArray<{
    readonly from: readonly [number, number]
    readonly to: readonly [number, number]
    readonly bytes: string
  }>
}

// Written by test/peers/resize.py with torchvision.
const golden = JSON.parse(readFileSync(new URL("../golden/resize.json", import.meta.url), "utf8")) as Golden

/** A picture with sharp edges everywhere, so that the kernel overshoots both ends of the scale. */
const noise = (width: number, height: number) => ({
  width,
  height,
  pixels: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919 + Math.floor(i / 11) * 104729) % 256)
})

describe("bicubic", () => {
  for (const { bytes, from, to } of golden.cases) {
    it(`gives torchvision's bytes from ${from.join(" x ")} to ${to.join(" x ")}`, () => {
      const resized = bicubic(noise(...from), { width: to[0], height: to[1] })
      assert.deepStrictEqual([resized.width, resized.height], [...to])
      assert.isTrue(Buffer.from(bytes, "base64").equals(resized.pixels))
    })
  }

  it("leaves a picture of the right size, and an even one, as they are", () => {
    const picture = noise(9, 4)
    assert.deepStrictEqual(bicubic(picture, { width: 9, height: 4 }), picture)
    const even = { width: 5, height: 6, pixels: new Uint8Array(90).fill(200) }
    assert.isTrue(bicubic(even, { width: 28, height: 56 }).pixels.every((byte) => byte === 200))
  })

  it("makes the largest pictures there are from a pixel, and a pixel from a line", () => {
    const one = { width: 1, height: 1, pixels: Uint8Array.of(1, 2, 3) }
    assert.deepStrictEqual(new Set(bicubic(one, { width: 56, height: 56 }).pixels), new Set([1, 2, 3]))
    assert.strictEqual(bicubic(noise(5000, 1), { width: 1, height: 1 }).pixels.length, 3)
  })
})
