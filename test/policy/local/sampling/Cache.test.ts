import { assert, describe, it } from "@effect/vitest"
import type { Architecture } from "../../../../src/model/architecture.ts"
import * as Cache from "../../../../src/policy/local/sampling/Cache.ts"

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

const heads = 2
const size = 2

/** What step `step` adds for `rows` rows: every number tells layer, key or value, row, head and step. */
const added = (rows: number, step: number) =>
  Array.from({ length: model.layers }, (_, layer) => {
    const of = (kind: number) =>
      Float32Array.from(
        { length: rows * heads * size },
        (_, i) => Number(`${layer + 1}${kind + 1}${Math.floor(i / 4) + 1}${(Math.floor(i / 2) % 2) + 1}`) * 1000 + step
      )
    return [of(0), of(1)] as const
  })

/** One number a token of [row][head], from the keys or values of a layer, as far as the mask says that they are there. */
const content = (cache: Cache.Cache, rows: number, layer: number, kind: 0 | 1) => {
  const tensor = cache.tensors(rows)[layer]![kind]
  const capacity = tensor.dims[1]!
  const data = tensor.data as Float32Array
  const length = (cache.mask().data as Float32Array).filter((value) => value === 0).length
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: heads }, (_, head) =>
      Array.from({ length }, (_, token) => data[((row * heads + head) * capacity + token) * size]!)))
}

describe("the cache", () => {
  it("keeps what was added, row by row and head by head", () => {
    const cache = Cache.make(model, 2, 100, { buffers: [] })
    assert.deepStrictEqual(content(cache, 2, 0, 0), [[[], []], [[], []]])
    cache.append(added(2, 1))
    cache.append(added(2, 2))
    assert.deepStrictEqual(content(cache, 2, 0, 0), [[[1111001, 1111002], [1112001, 1112002]], [[1121001, 1121002], [1122001, 1122002]]])
    assert.deepStrictEqual(content(cache, 1, 1, 1), [[[2211001, 2211002], [2212001, 2212002]]])
  })

  it("moves the last row into the place of a finished one", () => {
    const cache = Cache.make(model, 3, 100, { buffers: [] })
    cache.append(added(3, 1))
    cache.move(2, 0)
    cache.append(added(2, 2))
    assert.deepStrictEqual(content(cache, 2, 0, 1), [[[1231001, 1211002], [1232001, 1212002]], [[1221001, 1221002], [1222001, 1222002]]])
  })

  it("starts empty in memory that another one has left, whatever it left there", () => {
    const memory: Cache.Memory = { buffers: [] }
    const before = Cache.make(model, 2, 50, memory)
    for (let step = 1; step <= 40; step++) before.append(added(2, NaN))
    const cache = Cache.make(model, 2, 50, memory)
    cache.append(added(2, 1))
    assert.deepStrictEqual(content(cache, 2, 0, 0), [[[1111001], [1112001]], [[1121001], [1122001]]])
    for (let step = 2; step <= 40; step++) cache.append(added(2, step))
    for (const [keys, values] of cache.tensors(2)) {
      for (const { data } of [keys, values]) assert.isFalse((data as Float32Array).includes(NaN))
    }
  })

  it("grows when it is full, and loses nothing", () => {
    const cache = Cache.make(model, 2, 100, { buffers: [] })
    const capacity = cache.mask().dims[0]!
    for (let step = 1; step <= 2 * capacity + 1; step++) cache.append(added(2, step))
    assert.isAtLeast(cache.mask().dims[0]!, 2 * capacity + 1)
    const found = content(cache, 2, 1, 0)
    const steps = Array.from({ length: 2 * capacity + 1 }, (_, i) => i + 1)
    assert.deepStrictEqual(found[1]![1], steps.map((step) => 2122000 + step))
  })
})
