import { assert, describe, it } from "@effect/vitest"
import { type PatchOptions, patches } from "../../src/vision/patches.ts"

const options: PatchOptions = {
  patchSize: 2,
  mergeSize: 2,
  temporalPatchSize: 2,
  rescale: 1 / 255,
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711]
}

/** 8 x 4 pixels with values (37 y + 11 x + 59 channel) mod 256. */
const image = {
  width: 8,
  height: 4,
  pixels: Uint8Array.from({ length: 96 }, (_, i) => {
    const [y, x, channel] = [Math.floor(i / 24), Math.floor(i / 3) % 8, i % 3]
    return (y * 37 + x * 11 + channel * 59) % 256
  })
}

/** Rows computed in Python by the processor's own transposition. */
const golden: { readonly [row: number]: ReadonlyArray<number> } = {
  1: [
    -1.4711, -1.31051, -0.93096, -0.77037, -1.4711, -1.31051, -0.93096, -0.77037, -0.53647, -0.37138, 0.01882, 0.18391,
    -0.53647, -0.37138, 0.01882, 0.18391, 0.51059, 0.66701, 1.03673, 1.19315, 0.51059, 0.66701, 1.03673, 1.19315
  ],
  6: [
    -0.06965, 0.09093, 0.47049, 0.63108, -0.06965, 0.09093, 0.47049, 0.63108, 0.90428, 1.06936, 1.45957, 1.62465,
    0.90428, 1.06936, 1.45957, 1.62465, 1.87572, 2.03214, -1.23848, -1.08206, 1.87572, 2.03214, -1.23848, -1.08206
  ]
}

describe("patches", () => {
  it("agrees with the processor of Qwen2-VL", () => {
    const values = patches(image, options)
    assert.strictEqual(values.length, 8 * 24)
    for (const [row, expected] of Object.entries(golden)) {
      expected.forEach((value, i) => assert.approximately(values[Number(row) * 24 + i]!, value, 1e-5))
    }
  })

  it("keeps the patches of a merged block together, row by row", () => {
    const blank: PatchOptions = { ...options, rescale: 1, mean: [0, 0, 0], std: [1, 1, 1], temporalPatchSize: 1 }
    const values = patches(image, blank)
    const corner = (patch: number) => values[patch * 12]!
    const pixel = (x: number, y: number) => image.pixels[(y * 8 + x) * 3]!
    assert.deepStrictEqual([0, 1, 2, 3, 4].map(corner), [pixel(0, 0), pixel(2, 0), pixel(0, 2), pixel(2, 2), pixel(4, 0)])
  })
})
