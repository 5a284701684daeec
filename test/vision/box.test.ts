import { assert, describe, it } from "@effect/vitest"
import * as Random from "../../src/pipeline/Random.ts"
import { area, type Box, convert, intersection, iou, type Space } from "../../src/vision/Box.ts"

const box = <S extends Space>(space: S, x1: number, y1: number, x2: number, y2: number): Box<S> => ({ space, x1, y1, x2, y2 })
const spaces = ["original", "resized", "thousand"] as const

describe("Box", () => {
  it("measures known boxes", () => {
    const a = box("original", 0, 0, 10, 10)
    const b = box("original", 5, 5, 15, 15)
    assert.strictEqual(area(a), 100)
    assert.strictEqual(intersection(a, b), 25)
    assert.strictEqual(iou(a, b), 25 / 175)
    assert.strictEqual(iou(a, a), 1)
    assert.strictEqual(iou(a, box("original", 10, 0, 20, 10)), 0)
  })

  it("gives boxes turned inside out and points no area and no overlap", () => {
    const point = box("original", 3, 3, 3, 3)
    assert.strictEqual(area(box("original", 9, 9, 1, 1)), 0)
    assert.strictEqual(iou(point, point), 0)
  })

  it("is symmetric, within [0, 1], and the same in every space", () => {
    const next = Random.stream(Random.key(1))
    for (let i = 0; i < 500; i++) {
      const sizes = {
        original: { width: 1 + Math.floor(next() * 900), height: 1 + Math.floor(next() * 900) },
        resized: { width: 28 * (1 + Math.floor(next() * 40)), height: 28 * (1 + Math.floor(next() * 40)) }
      }
      const draw = () => {
        const [x1, y1] = [next() * sizes.original.width, next() * sizes.original.height]
        return box("original", x1, y1, x1 + next() * 100, y1 + next() * 100)
      }
      const [a, b] = [draw(), draw()]
      const overlap = iou(a, b)
      assert.strictEqual(overlap, iou(b, a))
      assert.isTrue(overlap >= 0 && overlap <= 1)
      for (const space of spaces) {
        const [there, other] = [convert(a, space, sizes), convert(b, space, sizes)]
        assert.strictEqual(there.space, space)
        assert.approximately(iou(there, other), overlap, 1e-9)
        const back = convert(there, "original", sizes)
        for (const corner of ["x1", "y1", "x2", "y2"] as const) assert.approximately(back[corner], a[corner], 1e-9)
      }
    }
  })

  it("converts corner by corner", () => {
    const sizes = { original: { width: 200, height: 50 }, resized: { width: 100, height: 100 } }
    assert.deepStrictEqual(convert(box("original", 20, 10, 200, 50), "resized", sizes), box("resized", 10, 20, 100, 100))
    assert.deepStrictEqual(convert(box("resized", 10, 20, 100, 100), "thousand", sizes), box("thousand", 100, 200, 1000, 1000))
    assert.deepStrictEqual(convert(box("thousand", 100, 200, 1000, 1000), "original", sizes), box("original", 20, 10, 200, 50))
  })

  it("does not compile when spaces are mixed", () => {
    const original = box("original", 0, 0, 1, 1)
    const resized = box("resized", 0, 0, 1, 1)
    // @ts-expect-error boxes of different spaces have no overlap
    iou(original, resized)
    const one = { width: 1, height: 1 }
    // @ts-expect-error a resized box is not an original one
    const wrong: Box<"original"> = convert(original, "resized", { original: one, resized: one })
    assert.strictEqual(wrong.space as string, "resized")
  })
})
