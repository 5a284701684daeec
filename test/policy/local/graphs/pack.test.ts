import { assert, describe, it } from "@effect/vitest"
import type { Architecture } from "../../../../src/model/architecture.ts"
import type { EncodedPrompt } from "../../../../src/model/encode.ts"
import { packGroups, packPrompts } from "../../../../src/policy/local/graphs/pack.ts"

const image = 99
const model: Architecture = {
  hidden: 8,
  layers: 1,
  heads: 2,
  keyValueHeads: 1,
  intermediate: 8,
  epsilon: 1e-6,
  ropeTheta: 10000,
  mropeSection: [1, 1, 0],
  tiedEmbeddings: true,
  vocabulary: 100,
  vision: {
    hidden: 4,
    layers: 2,
    heads: 1,
    intermediate: 4,
    patchNumbers: 3,
    patch: 1,
    merge: 2,
    window: 4,
    fullAttention: [1]
  }
}

const text = (...ids: ReadonlyArray<number>): EncodedPrompt => ({
  ids,
  positions: Float32Array.from(ids.flatMap((_, i) => [i, i, i])),
  next: ids.length,
  images: []
})

const numbers = (feeds: ReturnType<typeof packPrompts>, name: string) =>
  Array.from(feeds[name]!.data as ArrayLike<number | bigint>, Number)

/** A mask as text: one character a key, `.` visible and `x` hidden. */
const rows = (feeds: ReturnType<typeof packPrompts>, name: string) => {
  const width = feeds[name]!.dims.at(-1)!
  const marks = numbers(feeds, name).map((value) => (value === 0 ? "." : "x")).join("")
  return marks.match(new RegExp(`.{${width}}`, "g"))
}

describe("packPrompts", () => {
  it("pads on the right to the longest prompt and predicts from each prompt's own last token", () => {
    const feeds = packPrompts([text(1, 2, 3), text(4)], model, image)
    assert.deepStrictEqual(numbers(feeds, "ids"), [1, 2, 3, 4, 0, 0])
    assert.deepStrictEqual(feeds.positions!.dims, [6, 3])
    assert.deepStrictEqual(numbers(feeds, "lastIndex"), [2, 3])
    // Row by row: the place of its prediction.
    assert.deepStrictEqual(numbers(feeds, "lastInverse"), [-1, -1, 0, 1, -1, -1])
    assert.deepStrictEqual(rows(feeds, "causalPrompt"), [".xx", "..x", "..."])
    assert.notProperty(feeds, "patches")
    assert.notProperty(feeds, "textMask")
  })

  it("pairs image tokens with the visual tokens of all images in order", () => {
    const patches = (from: number) => Float32Array.from({ length: 12 }, (_, i) => from + i)
    const withImage = (ids: ReadonlyArray<number>, from: number): EncodedPrompt => ({
      ...text(...ids),
      images: [{ rows: 2, columns: 2, patches: () => patches(from) }]
    })
    const feeds = packPrompts([withImage([1, image], 0), withImage([image, 2, 3], 100)], model, image)
    assert.deepStrictEqual(numbers(feeds, "ids"), [1, image, 0, image, 2, 3])
    assert.deepStrictEqual(numbers(feeds, "textMask"), [1, 0, 1, 0, 1, 1])
    assert.deepStrictEqual(numbers(feeds, "visualIndex"), [-1, 0, -1, 1, -1, -1])
    assert.deepStrictEqual(numbers(feeds, "visualInverse"), [1, 3])
    assert.deepStrictEqual(numbers(feeds, "patches"), [...patches(0), ...patches(100)])
    // An image never sees the other one.
    assert.deepStrictEqual(numbers(feeds, "image.index"), [0, 1, 2, 3, 4, 5, 6, 7])
    assert.deepStrictEqual(rows(feeds, "image.mask"), ["....", "...."])
  })

  it("fills up images and windows of unlike size with nothing", () => {
    const picture = (rows: number, columns: number) =>
      ({ ...text(image), images: [{ rows, columns, patches: () => new Float32Array(rows * columns * 3) }] })
    const tall = { ...picture(6, 2), ids: [image, image, image], positions: new Float32Array(9) }
    const feeds = packPrompts([tall, picture(2, 2)], model, image)
    assert.deepStrictEqual(feeds["image.mask"]!.dims, [2, 1, 1, 12])
    assert.deepStrictEqual(rows(feeds, "image.mask"), ["............", "....xxxxxxxx"])
    assert.deepStrictEqual(numbers(feeds, "image.index").slice(12), [12, 13, 14, 15, ...new Array<number>(8).fill(-1)])
    // 3 x 1 blocks are windows of 2 and 1, the other image is one of 1.
    assert.deepStrictEqual(rows(feeds, "window.mask"), ["........", "....xxxx", "....xxxx"])
    assert.deepStrictEqual(numbers(feeds, "window.inverse"), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19])
  })
})

describe("packGroups", () => {
  const groups = [
    { prompt: text(1, 2, 3), completions: [[5, 6, 7], [8]] },
    { prompt: text(4, 4), completions: [[9, 10], [11, 12, 13]] }
  ]

  it("puts completions behind the prompts, one after the other, without their last tokens", () => {
    const { feeds } = packGroups(groups, model, image)
    assert.deepStrictEqual(numbers(feeds, "ids"), [1, 2, 3, 4, 4, 0, 5, 6, 9, 11, 12])
    const own = numbers(feeds, "positions").slice(6 * 3)
    assert.deepStrictEqual(own.filter((_, i) => i % 3 === 0), [3, 4, 2, 2, 3])
    assert.deepStrictEqual(own.filter((_, i) => i % 3 === 2), [3, 4, 2, 2, 3])
  })

  it("lets completions see their whole prompt, no padding, and themselves up to here", () => {
    const { feeds } = packGroups(groups, model, image)
    assert.deepStrictEqual(feeds.mask!.dims, [2, 1, 1, 1, 2, 5])
    assert.deepStrictEqual(rows(feeds, "mask"), ["....x", ".....", "..x.x", "..x.."])
  })

  it("says where the log-probability of every token comes out, each at its own place", () => {
    const { feeds, place, tokens } = packGroups(groups, model, image)
    const targets = numbers(feeds, "targets")
    const places = groups.flatMap(({ completions }, g) =>
      completions.flatMap((completion, s) =>
        completion.map((token, i) => {
          assert.strictEqual(targets[place(g, s, i)], token)
          return place(g, s, i)
        })
      )
    )
    assert.strictEqual(tokens, 9)
    assert.deepStrictEqual(places.toSorted((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6, 7, 8])
  })

  it("gives every row of a completion its place among all of one length, and the other places nobody", () => {
    const { feeds } = packGroups(groups, { ...model, heads: 1, keyValueHeads: 1 }, image)
    assert.deepStrictEqual(numbers(feeds, "queryInverse"), [0, 1, 4, 6, 7])
    assert.deepStrictEqual(numbers(feeds, "queryIndex"), [0, 1, -1, -1, 2, -1, 3, 4])
    assert.deepStrictEqual(numbers(feeds, "keyIndex"), numbers(feeds, "queryIndex"))
  })

  it("puts the heads that share a key below each other, and those that do not apart", () => {
    const one = { prompt: text(1, 2), completions: [[5, 6], [7, 8]] }
    const { feeds } = packGroups([one], { ...model, heads: 4, keyValueHeads: 2 }, image)
    // By key and value head, by sample, by head that shares them: heads 0 and 1 of both rows, then heads 2 and 3.
    assert.deepStrictEqual(numbers(feeds, "queryIndex"), [0, 1, 4, 5, 2, 3, 6, 7])
    assert.deepStrictEqual(numbers(feeds, "queryInverse"), [0, 1, 4, 5, 2, 3, 6, 7])
    assert.deepStrictEqual(numbers(feeds, "keyIndex"), [0, 2, 1, 3])
    assert.deepStrictEqual(feeds.keyInverse!.dims, [2, 2])
  })

  it("has a row that weighs nothing when completions of one token have none", () => {
    const single = { ...model, heads: 1, keyValueHeads: 1 }
    const { feeds, place, tokens } = packGroups([{ prompt: text(1, 2), completions: [[5], [6]] }], single, image)
    assert.deepStrictEqual(numbers(feeds, "ids"), [1, 2, 0])
    assert.deepStrictEqual([place(0, 0, 0), place(0, 1, 0), tokens], [0, 1, 3])
    assert.deepStrictEqual([numbers(feeds, "queryInverse"), numbers(feeds, "queryIndex")], [[0], [0, -1]])
  })
})
