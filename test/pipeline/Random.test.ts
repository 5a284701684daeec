import { assert, describe, it } from "@effect/vitest"
import * as Random from "../../src/pipeline/Random.ts"

describe("Random", () => {
  it("agrees with the known answers of Threefry-2x32-20 (Random123, kat_vectors)", () => {
    assert.deepStrictEqual(Random.threefry({ hi: 0, lo: 0 }, 0, 0), [0x6b200159, 0x99ba4efe])
    const ones = 0xffffffff
    assert.deepStrictEqual(Random.threefry({ hi: ones, lo: ones }, ones, ones), [0x1cb996fc, 0xbb002be7])
    assert.deepStrictEqual(
      Random.threefry({ hi: 0x13198a2e, lo: 0x03707344 }, 0x243f6a88, 0x85a308d3),
      [0xc4923a9c, 0x483df7a0]
    )
  })

  it("folds every datum, its type and its place into the key", () => {
    const root = Random.key(7)
    const keys = [
      root,
      Random.key(8),
      Random.key(7 + 2 ** 32),
      Random.fold(root, 1),
      Random.fold(root, "1"),
      Random.fold(root, 1, 2),
      Random.fold(root, 2, 1),
      Random.fold(root, "ab"),
      Random.fold(root, "a", "b"),
      Random.fold(root, "ab\0"),
      Random.fold(root, "")
    ]
    assert.strictEqual(new Set(keys.map(({ hi, lo }) => `${hi} ${lo}`)).size, keys.length)
    assert.deepStrictEqual(Random.fold(Random.fold(root, "step"), 3), Random.fold(root, "step", 3))
  })

  it("draws the same number at an index whatever was drawn before", () => {
    const key = Random.fold(Random.key(1), "draws")
    const next = Random.stream(key)
    const inOrder = Array.from({ length: 50 }, next)
    const backwards = Array.from({ length: 50 }, (_, i) => Random.uniformAt(key, 49 - i)).reverse()
    assert.deepStrictEqual(inOrder, backwards)
  })

  it("draws uniform and normal numbers with the right moments", () => {
    const next = Random.stream(Random.key(3))
    const uniform = Array.from({ length: 20_000 }, next)
    const mean = (values: ReadonlyArray<number>) => values.reduce((sum, value) => sum + value, 0) / values.length
    assert.isTrue(uniform.every((value) => value >= 0 && value < 1))
    assert.closeTo(mean(uniform), 0.5, 0.01)
    assert.closeTo(mean(uniform.map((value) => value ** 2)), 1 / 3, 0.01)
    const normal = Array.from({ length: 10_000 }, () => Random.normalPair(next)).flat()
    assert.closeTo(mean(normal), 0, 0.03)
    assert.closeTo(mean(normal.map((value) => value ** 2)), 1, 0.04)
  })

  it("shuffles every index once, and nearly always out of order", () => {
    for (let n = 0; n < 40; n++) {
      const order = Random.permutation(Random.fold(Random.key(5), n), n)
      assert.deepStrictEqual([...order].sort((a, b) => a - b), Array.from({ length: n }, (_, i) => i))
    }
    const first = Array.from({ length: 300 }, (_, i) => Random.permutation(Random.fold(Random.key(9), i), 3).join(""))
    assert.strictEqual(new Set(first).size, 6)
  })
})
