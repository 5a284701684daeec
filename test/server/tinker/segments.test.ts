import { assert, describe, it } from "vitest"
import type { Input } from "../../../src/server/tinker/input.ts"
import { segmentsOf, unscored } from "../../../src/server/tinker/segments.ts"

const text = (...tokens: ReadonlyArray<number>) => ({ chunk: { tokens }, length: tokens.length })
const image = (length: number) => ({ chunk: { image: "picture" }, length })
const inputOf = (...pieces: Input["pieces"]): Input => ({ pieces, length: pieces.reduce((sum, { length }) => sum + length, 0) })

const cut = (input: Input, worth: ReadonlyArray<number>) => {
  const targets = Array.from({ length: input.length }, (_, i) => 100 + i)
  return segmentsOf({ input, targets, worth }).map(({ end, scored, start, teaches }) => ({ start, end, teaches, ...scored }))
}

describe("segments", () => {
  it("of a text are one, whose prompt is the first token", () => {
    assert.deepStrictEqual(cut(inputOf(text(5, 6, 7)), [1, 1, 1]), [
      { start: 0, end: 3, teaches: true, prompt: [{ tokens: [5] }], tokens: [6, 7, 0], targets: [100, 101, 102] }
    ])
  })

  it("are two where a text begins to teach something in its midst", () => {
    assert.deepStrictEqual(cut(inputOf(text(5, 6), text(7, 8)), [0, 0, 1, 0]), [
      { start: 0, end: 2, teaches: false, prompt: [{ tokens: [5] }], tokens: [6, 0], targets: [100, 101] },
      { start: 2, end: 4, teaches: true, prompt: [{ tokens: [5, 6, 7] }], tokens: [8, 0], targets: [102, 103] }
    ])
  })

  it("end before an image, and begin with its last position", () => {
    const input = inputOf(text(5), image(3), text(6, 7))
    assert.deepStrictEqual(cut(input, [0, 0, 0, 0, 0, 0]), [
      { start: 0, end: 1, teaches: false, prompt: [{ tokens: [5] }], tokens: [0], targets: [100] },
      { start: 3, end: 6, teaches: false, prompt: [{ tokens: [5] }, { image: "picture" }], tokens: [6, 7, 0], targets: [103, 104, 105] }
    ])
    assert.deepStrictEqual(unscored(input), [1, 2])
  })

  it("cover every position once, but for those within images", () => {
    const input = inputOf(image(2), image(4), text(), text(1, 2), image(1), text(3))
    const covered = cut(input, Array.from({ length: input.length }, () => 0)).flatMap(({ end, start }) => Array.from({ length: end - start }, (_, i) => start + i))
    assert.deepStrictEqual(covered, [1, 5, 6, 7, 8, 9])
    assert.deepStrictEqual(unscored(input), [0, 2, 3, 4])
  })
})
