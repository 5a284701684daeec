import { assert, describe, it } from "vitest"
import type { Input } from "../../../src/server/tinker/input.ts"
import { segmentsOf, unscored } from "../../../src/server/tinker/segments.ts"

const text = (...tokens: ReadonlyArray<number>) => ({ chunk: { tokens }, length: tokens.length })
const image = (length: number) => ({ chunk: { image: "picture" }, length })
const inputOf = (...pieces: Input["pieces"]): Input => ({ pieces, length: pieces.reduce((sum, { length }) => sum + length, 0) })

const cut = (input: Input, worth: ReadonlyArray<number>) => {
  const targets = Array.from({ length: input.length }, (_, i) => 100 + i)
  return segmentsOf({ input, targets, worth }).map(({ positions, scored, teaches }) => ({ positions, teaches, ...scored }))
}

describe("segments", () => {
  it("of a text are one, whose prompt is the first token", () => {
    assert.deepStrictEqual(cut(inputOf(text(5, 6, 7)), [1, 1, 1]), [
      { positions: [0, 1, 2], teaches: true, prompt: [{ tokens: [5] }], within: [], tokens: [6, 7, 0], targets: [100, 101, 102] }
    ])
  })

  it("of a text that begins to teach something in its midst are one: what comes before is scored within the prompt", () => {
    const within = [{ row: 0, target: 100 }, { row: 1, target: 101 }]
    assert.deepStrictEqual(cut(inputOf(text(5, 6), text(7, 8)), [0, 0, 1, 0]), [
      { positions: [2, 3, 0, 1], teaches: true, prompt: [{ tokens: [5, 6, 7] }], within, tokens: [8, 0], targets: [102, 103] }
    ])
  })

  it("begin anew behind an image that follows what teaches", () => {
    assert.deepStrictEqual(cut(inputOf(text(5), image(2), text(6)), [1, 0, 0, 0]), [
      { positions: [0], teaches: true, prompt: [{ tokens: [5] }], within: [], tokens: [0], targets: [100] },
      { positions: [2, 3], teaches: false, prompt: [{ tokens: [5] }, { image: "picture" }], within: [], tokens: [6, 0], targets: [102, 103] }
    ])
  })

  it("end before an image, and begin with its last position", () => {
    const input = inputOf(text(5), image(3), text(6, 7))
    assert.deepStrictEqual(cut(input, [0, 0, 0, 0, 0, 0]), [
      {
        positions: [3, 4, 5, 0],
        teaches: false,
        prompt: [{ tokens: [5] }, { image: "picture" }],
        within: [{ row: 0, target: 100 }],
        tokens: [6, 7, 0],
        targets: [103, 104, 105]
      }
    ])
    assert.deepStrictEqual(unscored(input), [1, 2])
  })

  it("cover every position once, but for those within images", () => {
    const input = inputOf(image(2), image(4), text(), text(1, 2), image(1), text(3))
    const covered = cut(input, Array.from({ length: input.length }, () => 0)).flatMap(({ positions }) => positions)
    assert.sameOrderedMembers(covered.toSorted((a, b) => a - b), [1, 5, 6, 7, 8, 9])
    assert.deepStrictEqual(unscored(input), [0, 2, 3, 4])
  })
})
