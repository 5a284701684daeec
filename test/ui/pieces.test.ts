/** Completions taken apart for the page: nothing is lost, nothing hides, and no text makes it slow. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { beginning, marks, plain } from "../../ui/src/parts/marks.ts"
import { blocks, pieces } from "../../ui/src/views/samples/pieces.ts"

const joined = (parts: ReadonlyArray<{ readonly text: string }>): string => parts.map(({ text }) => text).join("")

/** Texts made of what the splitter looks for. */
const Telling = Schema.Array(Schema.Literals([
  "<think>", "</think>", "<answer>", "</answer>", "</nobody>", "<|im_end|>", "```json", "```", "<", ">", "\"", "\\", "{", "}", "[", "]", ":", ",", "-1.5e3", "true",
  "label", "\n", " ", "\u202e", "\u0000", "\ud800", "é", "<script>", "<img src=x onerror=alert(1)>"
]))

const holds = (text: string): void => {
  assert.strictEqual(joined(pieces(text)), text)
  assert.strictEqual(joined(blocks(text).flatMap((block) => block.pieces)), text)
  assert.isTrue(pieces(text).every((piece) => piece.text !== ""))
}

describe("pieces", () => {
  it.prop("put together are the text, whatever it is", [Schema.String], ([text]) => holds(text), { arbitrary: { runs: 500 } })

  it.prop("put together are the text, of tags and JSON broken anywhere", [Telling], ([words]) => holds(words.join("")), { arbitrary: { runs: 1000 } })

  it("tell tags, fences, keys, strings, numbers and words apart", () => {
    const text = "<think>I see 2.</think><answer>```json\n[{\"bbox_2d\": [-1.5, 20], \"label\": \"a \\\"cat\\\"\", \"sure\": true}]\n```</answer>"
    assert.deepStrictEqual(pieces(text).filter(({ kind }) => kind !== "text").map(({ kind, text }) => `${kind} ${text}`), [
      "tag <think>", "tag </think>", "tag <answer>", "fence ```json", "key \"bbox_2d\"", "number -1.5", "number 20", "key \"label\"",
      "string \"a \\\"cat\\\"\"", "key \"sure\"", "word true", "fence ```", "tag </answer>"
    ])
    assert.deepStrictEqual(blocks(text).map(({ tag }) => tag), ["think", "answer"])
  })

  it("show JSON without a fence, and leave words alone", () => {
    assert.deepStrictEqual(pieces("<answer>{\"count\": 3}</answer>").map(({ kind }) => kind), ["tag", "text", "key", "text", "number", "text", "tag"])
    assert.deepStrictEqual(pieces("I see 3 of \"them\".").map(({ kind }) => kind), ["text"])
  })

  it("follow tags within each other, and such as never close or were never opened", () => {
    assert.deepStrictEqual(blocks("a<think>b<x>c</x>d").map(({ tag }) => tag), [undefined, "think", "x", "think"])
    assert.deepStrictEqual(blocks("a</think>b").map(({ tag }) => tag), [undefined])
    assert.deepStrictEqual(blocks("<think>a<think>b").map(({ tag }) => tag), ["think", "think"])
  })

  it("take a megabyte of what is hard for other splitters in less than a test's patience", { tags: ["long"] }, () => {
    for (const word of ["<", "<think>", "\"", "\"\\", "```", "[{", "-1e", "</a", "<|", "\\\"", "1.", " ", "\u0000", "\ud800"]) {
      const text = `[${word.repeat(Math.floor(1e6 / word.length))}`
      holds(text)
      assert.isNotEmpty(marks(text))
    }
  })
})

describe("marks", () => {
  it.prop("keep what is seen, and name what is not", [Schema.String], ([text]) => {
    for (const mark of marks(text)) if (!mark.unseen) assert.notMatch(mark.text, /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]|\p{Cs}/u)
  }, { arbitrary: { runs: 500 } })

  it("name NUL, carriage returns, turns of direction and halves of characters, and leave lines, tabs and emoji", () => {
    assert.strictEqual(plain("a\u0000b\r\n\tc\u202ed\ud800e\u200bf👩‍🚒"), "a\\x00b\\x0d\n\tc\\u202ed\\ud800e\\u200bf👩‍🚒")
  })

  it("name whatever is drawn as nothing, also beyond 16 bits, and leave what joins letters and emoji or chooses their look", () => {
    const hidden = String.fromCodePoint(0xad, 0x34f, 0x61c, 0x115f, 0x2063, 0x3164, 0xfeff, 0xffa0, 0x1d173, 0xe0041, 0xe0fff)
    assert.strictEqual(plain(hidden), "\\xad\\u034f\\u061c\\u115f\\u2063\\u3164\\ufeff\\uffa0\\u{1d173}\\u{e0041}\\u{e0fff}")
    assert.isTrue(marks(hidden).every(({ unseen }) => unseen))
    for (const text of ["می\u200cخواهم", "क्\u200dष", "❤️", "葛\u{e0100}", "👩🏽‍🚒"]) assert.strictEqual(plain(text), text)
  })

  it("begin a text without cutting a character in two", () => {
    assert.deepStrictEqual([beginning("a👍b", 2), beginning("a👍b", 3), beginning("ab", 9), beginning("", 3)], ["a", "a👍", "ab", ""])
  })
})
