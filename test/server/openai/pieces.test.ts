import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Text from "../../../src/model/modelText.ts"
import { pieces } from "../../../src/server/openai/pieces.ts"

const text = await Effect.runPromise(Text.load("assets/tiny-vl"))

describe("the pieces of a text", () => {
  it("are what its tokens say, and nothing for the one that ends it", () => {
    const ids = [...text.encode("I see red circle: 1."), text.endIds[0]!]
    const found = pieces(ids, "I see red circle: 1.", text)
    assert.strictEqual(found.length, ids.length)
    assert.deepStrictEqual(found.slice(0, -1), ids.slice(0, -1).map((id) => text.decode([id])))
    assert.strictEqual(found.at(-1), "")
  })

  it("hold a character of several tokens back until it is whole", () => {
    const ids = text.encode("é🙂")
    assert.isAbove(ids.length, 2)
    const found = pieces(ids, "é🙂", text)
    assert.strictEqual(found.join(""), "é🙂")
    assert.deepStrictEqual(found.filter((piece) => piece !== ""), ["é", "🙂"])
  })

  it("end where the text was cut", () => {
    const ids = text.encode("I see red circle: 1.")
    assert.strictEqual(pieces(ids, "I see re", text).join(""), "I see re")
  })

  const Id = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: text.vocabularySize + 2 }))
  it.prop("are together what the tokenizer reads, of whatever tokens", [Schema.Array(Id)], ([ids]) => {
    const whole = text.decode(ids)
    assert.strictEqual(pieces(ids, whole, text).join(""), whole)
  }, { arbitrary: { runs: 500 } })
})
