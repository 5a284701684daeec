import { assert, describe, it } from "@effect/vitest"
import { patchPositions, promptPositions, windows } from "../../src/model/positions.ts"

const image = 99

/** Flat numbers as tuples. */
const tuples = (flat: Float32Array, width: number) =>
  Array.from({ length: flat.length / width }, (_, i) => Array.from(flat.subarray(i * width, (i + 1) * width)))

describe("promptPositions", () => {
  it("counts text up in time, height and width alike", () => {
    const { next, positions } = promptPositions([5, 6, 7], [], image, 2)
    assert.deepStrictEqual(tuples(positions, 3), [[0, 0, 0], [1, 1, 1], [2, 2, 2]])
    assert.strictEqual(next, 3)
  })

  it("spreads an image over height and width, and goes on behind the larger of the two", () => {
    // 4 x 6 patches are 2 x 3 tokens.
    const ids = [5, ...new Array<number>(6).fill(image), 6, 7]
    const { next, positions } = promptPositions(ids, [{ rows: 4, columns: 6 }], image, 2)
    assert.deepStrictEqual(tuples(positions, 3), [
      [0, 0, 0],
      [1, 1, 1], [1, 1, 2], [1, 1, 3],
      [1, 2, 1], [1, 2, 2], [1, 2, 3],
      [4, 4, 4], [5, 5, 5]
    ])
    assert.strictEqual(next, 6)
  })

  it("tells the images of one prompt apart", () => {
    const ids = [image, 5, image, image]
    const { next, positions } = promptPositions(ids, [{ rows: 2, columns: 2 }, { rows: 4, columns: 2 }], image, 2)
    assert.deepStrictEqual(tuples(positions, 3), [[0, 0, 0], [1, 1, 1], [2, 2, 2], [2, 3, 2]])
    assert.strictEqual(next, 4)
  })

  it("refuses a prompt with more or fewer places than images", () => {
    assert.throws(() => promptPositions([image], [], image, 2), /more image places/)
    assert.throws(() => promptPositions([5], [{ rows: 2, columns: 2 }], image, 2), /fewer image places/)
  })
})

describe("patchPositions", () => {
  it("walks through the patches of one merged block before the next", () => {
    assert.deepStrictEqual(tuples(patchPositions({ rows: 2, columns: 4 }, 2), 2), [
      [0, 0], [0, 1], [1, 0], [1, 1],
      [0, 2], [0, 3], [1, 2], [1, 3]
    ])
  })

  it("reaches every row and column once", () => {
    const found = tuples(patchPositions({ rows: 6, columns: 4 }, 2), 2).map(([row, column]) => row! * 4 + column!)
    assert.deepStrictEqual(found.toSorted((a, b) => a - b), Array.from({ length: 24 }, (_, i) => i))
  })
})

describe("windows", () => {
  it("are squares of blocks, smaller at the lower and right edge", () => {
    // 3 x 5 blocks of 4 patches, in windows of 2 x 2 blocks.
    const found = windows({ rows: 6, columns: 10 }, 2, 2)
    assert.deepStrictEqual(found.map((window) => window.length), [16, 16, 8, 8, 8, 4])
  })

  it("hold the patches that lie in them, each once", () => {
    const grid = { rows: 6, columns: 10 }
    const at = tuples(patchPositions(grid, 2), 2)
    const found = windows(grid, 2, 2)
    assert.deepStrictEqual(found.flat().toSorted((a, b) => a - b), Array.from({ length: 60 }, (_, i) => i))
    found.forEach((window, w) =>
      window.forEach((patch) => {
        const [row, column] = at[patch]!
        assert.strictEqual(Math.floor(row! / 4) * 3 + Math.floor(column! / 4), w)
      })
    )
  })

  it("is one window for a small image", () => {
    assert.deepStrictEqual(windows({ rows: 2, columns: 2 }, 2, 2), [[0, 1, 2, 3]])
  })
})
