import { assert, describe, it } from "@effect/vitest"
import { fit, padEnd, padStart, width, wrap } from "../../src/report/width.ts"

describe("width", () => {
  it("counts what a terminal shows", () => {
    assert.deepStrictEqual(["abc", "± 3", "e\u0301", "漢字", "🙂", ""].map(width), [3, 3, 1, 4, 2, 0])
  })

  it("cuts between whole characters and says that it did", () => {
    assert.deepStrictEqual([fit("abcdef", 6), fit("abcdef", 4), fit("漢字漢字", 4), fit("abc", 0)], [
      "abcdef",
      "abc…",
      "漢…",
      ""
    ])
  })

  it("pads by columns, not by code units", () => {
    assert.deepStrictEqual([padEnd("漢", 4), padStart("漢", 4), padEnd("long", 2)], ["漢  ", "  漢", "long"])
  })

  it("wraps at spaces and keeps every word", () => {
    assert.deepStrictEqual(wrap("one two three four", 9), ["one two", "three", "four"])
    assert.deepStrictEqual(wrap("incomprehensible a", 5), ["incomprehensible", "a"])
  })
})
