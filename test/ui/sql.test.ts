/** What a plot makes of the rows of a query. */
import { assert, describe, it } from "vitest"
import { isNumeric, keysOf, linesOf, mostLines, type SqlAnswer } from "../../ui/src/views/sql/columns.ts"

const answer = (columns: ReadonlyArray<string>, rows: SqlAnswer["rows"]): SqlAnswer => ({ columns, rows, more: false, seconds: 0 })

const curves = answer(["variant", "step", "mean"], [["a", 2, 5], ["a", 1, 4], ["b", 1, 7], ["b", null, 9], ["b", 3, null]])

describe("columns", () => {
  it("are numbers where all that is there is one", () => {
    assert.deepStrictEqual([0, 1, 2].map((i) => isNumeric(curves, i)), [false, true, true])
    assert.isFalse(isNumeric(answer(["x"], [[null]]), 0))
    assert.isFalse(isNumeric(answer(["x"], [[1], ["9007199254740993"]]), 0))
  })

  it("of one name are told apart", () => {
    assert.deepStrictEqual(keysOf(answer(["a", "b", "a"], [])), ["a", "b", "a:1"])
  })
})

describe("lines", () => {
  it("are one for each value of a column, over ascending places", () => {
    assert.deepStrictEqual(linesOf(curves, 1, 2, 0, true), {
      x: [1, 2, 3],
      words: undefined,
      lines: [{ name: "a", values: [4, 5, null] }, { name: "b", values: [7, null, null] }]
    })
  })

  it("stand over words in the order of their coming", () => {
    const { lines, words, x } = linesOf(curves, 0, 2, undefined, false)
    assert.deepStrictEqual([words, x, lines.map(({ values }) => values)], [["a", "b"], [0, 1], [[4, 9]]])
  })

  it("are no more than can be told apart", () => {
    const many = answer(["n", "x", "y"], Array.from({ length: 100 }, (_, i) => [String(i), 0, i]))
    assert.lengthOf(linesOf(many, 1, 2, 0, true).lines, mostLines)
  })
})
