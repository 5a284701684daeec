import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Random from "../../src/pipeline/Random.ts"
import { type SmartResize, smartResize } from "../../src/vision/smartResize.ts"

const qwen: SmartResize = { factor: 28, minPixels: 56 * 56, maxPixels: 14 * 14 * 4 * 1280 }
const tiny: SmartResize = { factor: 28, minPixels: 56 * 56, maxPixels: 112 * 112 * 4 }

const resize = (width: number, height: number, options: SmartResize) => {
  const size = Result.getOrThrow(smartResize({ width, height }, options))
  return [size.width, size.height]
}

/** Width and height before and after, computed with Python's own `round`. */
const golden: ReadonlyArray<readonly [number, number, number, number]> = [
  [480, 640, 476, 644],
  [640, 480, 644, 476],
  [112, 112, 112, 112],
  [1, 1, 56, 56],
  [1999, 10, 812, 28],
  [14, 28, 56, 84],
  [70, 42, 56, 56],
  [126, 98, 112, 112],
  [1920, 1080, 1316, 728],
  [3024, 4032, 840, 1148],
  [5000, 29, 5012, 28],
  [340, 254, 336, 252],
  [2800, 14, 812, 28],
  [600, 3, 812, 28],
  [42, 70, 56, 56]
]

describe("smartResize", () => {
  it("agrees with Python, ties to even included", () => {
    for (const [width, height, ...expected] of golden) assert.deepStrictEqual(resize(width, height, qwen), expected)
    assert.deepStrictEqual(resize(200, 64, tiny), [196, 56])
    assert.deepStrictEqual(resize(375, 500, tiny), [168, 252])
    assert.deepStrictEqual(resize(20, 20, tiny), [56, 56])
  })

  it("gives multiples of the factor within the pixel bounds, and leaves its own results alone", () => {
    const next = Random.stream(Random.key(2))
    for (let i = 0; i < 2000; i++) {
      const [width, height] = [1 + Math.floor(next() * 3000), 1 + Math.floor(next() * 3000)]
      if (Math.max(width, height) / Math.min(width, height) > 20) continue
      for (const options of [qwen, tiny]) {
        const [w, h] = resize(width, height, options) as [number, number]
        assert.strictEqual(w % 28 + h % 28, 0)
        assert.isTrue(w * h >= options.minPixels && w * h <= options.maxPixels, `${width} x ${height}: ${w} x ${h}`)
        assert.deepStrictEqual(resize(w, h, options), [w, h])
        assert.deepStrictEqual(resize(height, width, options), [h, w])
      }
    }
  })

  it("refuses what is over 200 times as long as wide", () => {
    assert.isTrue(Result.isSuccess(smartResize({ width: 2000, height: 10 }, qwen)))
    const refused = smartResize({ width: 2001, height: 10 }, qwen)
    assert.isTrue(Result.isFailure(refused) && refused.failure._tag === "AspectRatioError")
    assert.isTrue(Result.isFailure(refused) && refused.failure.message.includes("2001 x 10"))
  })
})
