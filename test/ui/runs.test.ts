/** How the page shows config, and what differs between two texts. */
import { assert, describe, it } from "vitest"
import { treeOf } from "../../ui/src/views/runs/paths.ts"
import { compared, shortened } from "../../ui/src/views/runs/texts.ts"

describe("config as a tree", () => {
  it("branches at the dots of its paths", () => {
    assert.deepStrictEqual(JSON.parse(JSON.stringify(treeOf({ "a.b": 1, "a.c.d": "x", e: null }))), { a: { b: 1, c: { d: "x" } }, e: null })
  })

  it("keeps a path whole that a value stands in the way of, and names that objects have of themselves", () => {
    const tree = JSON.parse(JSON.stringify(treeOf({ "a.b.c": 3, "a.b": 2, a: 1, n: null, "n.m": 5, "__proto__.x": 4, constructor: "y" })))
    assert.deepStrictEqual([tree.a, tree["a.b"], tree["a.b.c"], tree.n, tree["n.m"], tree.constructor], [1, 2, 3, null, 5, "y"])
    assert.notProperty({}, "x")
  })
})

const joined = (left: string, right: string, of: "left" | "right") =>
  compared(left, right).filter((piece) => piece.in === "both" || piece.in === of).map(({ text }) => text).join("")

describe("two texts", () => {
  it("differ down to the character", () => {
    assert.deepStrictEqual(compared("Find the cat.", "Find the  cat."), [
      { text: "Find the ", in: "both" },
      { text: " ", in: "right" },
      { text: "cat.", in: "both" }
    ])
  })

  it("are whole on either side, whatever they are: long, unlike, empty, hostile", () => {
    const long = (seed: number) => Array.from({ length: 20_000 }, (_, i) => String.fromCharCode(97 + (i * seed) % 26)).join("")
    for (const [left, right] of [["", "x"], ["\u202e<b>", "<b>\u0000"], [long(3), long(7)], ["a\nb\n".repeat(5_000), "a\nc\n".repeat(5_000)], ["x".repeat(1_000_000), "y"]]) {
      assert.isTrue(joined(left!, right!, "left") === left && joined(left!, right!, "right") === right)
    }
  })

  it("leave out the middle of what is long and the same", () => {
    assert.deepStrictEqual(shortened("short", false, false), { start: "short", left: 0, end: "" })
    const text = "a".repeat(500) + "b".repeat(500)
    assert.deepStrictEqual(shortened(text, false, false), { start: "a".repeat(60), left: 880, end: "b".repeat(60) })
    assert.deepStrictEqual(shortened(text, true, false), { start: "", left: 940, end: "b".repeat(60) })
    assert.deepStrictEqual(shortened(text, false, true), { start: "a".repeat(60), left: 940, end: "" })
    const faces = `a${"😀".repeat(300)}`
    assert.deepStrictEqual(shortened(faces, false, false), { start: `a${"😀".repeat(29)}`, left: 482, end: "😀".repeat(30) })
  })
})
