import { assert, describe, it } from "@effect/vitest"
import { float32 } from "../../src/onnx/Session.ts"
import type { Architecture } from "../../src/policy/local/Architecture.ts"
import * as Cache from "../../src/policy/local/Cache.ts"

const model: Architecture = {
  hidden: 4,
  layers: 2,
  heads: 2,
  keyValueHeads: 2,
  intermediate: 4,
  epsilon: 1e-6,
  ropeTheta: 10000,
  mropeSection: [1, 0, 0],
  tiedEmbeddings: true,
  vocabulary: 10,
  vision: {
    hidden: 4,
    layers: 1,
    heads: 1,
    intermediate: 4,
    patchNumbers: 3,
    patch: 1,
    merge: 2,
    window: 4,
    fullAttention: [0]
  }
}

/**
 * What the prefill says of 2 prompts of length 3 with 2 heads of size 2: every number tells layer, key or value,
 * prompt, head and token.
 */
const prefill = [0, 1].map((layer) =>
  ([0, 1] as const).map((kind) => {
    const data = new Float32Array(2 * 2 * 3 * 2)
    for (let i = 0; i < data.length; i++) {
      const [prompt, head, token] = [Math.floor(i / 12), Math.floor(i / 6) % 2, Math.floor(i / 2) % 3]
      data[i] = Number(`${layer + 1}${kind + 1}${prompt + 1}${head + 1}${token + 1}`)
    }
    return float32(data, [2, 2, 3, 2])
  }) as [ReturnType<typeof float32>, ReturnType<typeof float32>]
)

/** One number a token of [row][head], from the keys or values of a layer. */
const content = (cache: Cache.Cache, rows: number, layer: number, kind: 0 | 1) => {
  const tensor = cache.tensors(rows)[layer]![kind]
  const [, heads, capacity] = tensor.dims as [number, number, number, number]
  const data = tensor.data as Float32Array
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: heads }, (_, head) =>
      Array.from({ length: capacity }, (_, token) => data[((row * heads + head) * capacity + token) * 2]!)))
}

describe("the cache", () => {
  it("gives each row the keys and values of its prompt, with room behind them", () => {
    const cache = Cache.make(model, 3, 5)
    cache.start(0, prefill, 1)
    cache.start(1, prefill, 0)
    cache.start(2, prefill, 1)
    assert.deepStrictEqual(cache.tensors(3)[0]![0].dims, [3, 2, 5, 2])
    assert.deepStrictEqual(content(cache, 3, 0, 0), [
      [[11211, 11212, 11213, 0, 0], [11221, 11222, 11223, 0, 0]],
      [[11111, 11112, 11113, 0, 0], [11121, 11122, 11123, 0, 0]],
      [[11211, 11212, 11213, 0, 0], [11221, 11222, 11223, 0, 0]]
    ])
    assert.deepStrictEqual(content(cache, 1, 1, 1), [[[22211, 22212, 22213, 0, 0], [22221, 22222, 22223, 0, 0]]])
  })

  it("moves the last row into the place of a finished one, as far as it has got", () => {
    const cache = Cache.make(model, 2, 5)
    cache.start(0, prefill, 0)
    cache.start(1, prefill, 1)
    cache.move(1, 0, 2)
    assert.deepStrictEqual(content(cache, 1, 0, 1), [[[12211, 12212, 12113, 0, 0], [12221, 12222, 12123, 0, 0]]])
    assert.deepStrictEqual(content(cache, 2, 0, 1)[1], [[12211, 12212, 12213, 0, 0], [12221, 12222, 12223, 0, 0]])
  })

  it("hands out views of its memory, so that what a session writes stays", () => {
    const cache = Cache.make(model, 2, 5)
    cache.start(0, prefill, 0)
    const keys = cache.tensors(2)[0]![0].data as Float32Array
    keys[2 * 3] = 7
    assert.strictEqual(content(cache, 1, 0, 0)[0]![0]![3], 7)
  })
})
