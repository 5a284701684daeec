import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type { Completion } from "../../../src/policy/sampler.ts"
import { atStop, atTokens } from "../../../src/server/model/cut.ts"

/** A vocabulary of words: token i is the i-th, and the last is silent. */
const words = ["a", "b", "ab", " ", "c\n", ""]
const decode = (ids: ReadonlyArray<number>): string => ids.map((id) => words[id]).join("")

const said = (...tokens: ReadonlyArray<number>): Completion => ({
  tokens,
  logprobs: tokens.map((_, i) => -i),
  text: decode(tokens),
  finishReason: tokens.at(-1) === 5 ? "stop" : "length"
})

describe("an answer that is cut at a number of tokens", () => {
  it("is what sampling would have given with that limit", () => {
    assert.deepStrictEqual(atTokens(said(0, 1, 2, 5), 2, decode), { ...said(0, 1), finishReason: "length" })
  })

  it("stays where it is no longer", () => assert.deepStrictEqual(atTokens(said(0, 1, 5), 3, decode), said(0, 1, 5)))
})

describe("an answer that is cut at a stop string", () => {
  it("loses the string and what follows, and keeps the tokens up to the one that completes it", () => {
    assert.deepStrictEqual(atStop(said(0, 3, 2, 3, 5), ["b"], decode), { tokens: [0, 3, 2], logprobs: [-0, -1, -2], text: "a a", finishReason: "stop", stop: "b" })
  })

  it("ends at the string that is complete first, and of several at the longest", () => {
    assert.deepInclude(atStop(said(0, 1, 4), ["abc", "b"], decode), { text: "a", stop: "b" })
    assert.deepInclude(atStop(said(0, 1, 4), ["b", "ab"], decode), { text: "", stop: "ab" })
  })

  it("finds a string that several tokens make", () => {
    assert.deepInclude(atStop(said(0, 3, 4, 0), [" c"], decode), { tokens: [0, 3, 4], text: "a" })
  })

  it("stays where there is none", () => assert.deepStrictEqual(atStop(said(0, 5), ["b"], decode), { ...said(0, 5), stop: null }))

  const Tokens = Schema.Array(Schema.Literals([0, 1, 2, 3, 4]))
  const Stops = Schema.Array(Schema.Literals(["a", "b", "ba", "ab", "c", " a", "\n"]))
  it.prop("holds no stop string, and one token less would not hold its own", [Tokens, Stops], ([tokens, stops]) => {
    const whole = said(...tokens)
    const cut = atStop(whole, stops, decode)
    assert.isTrue(stops.every((stop) => !cut.text.includes(stop)))
    assert.strictEqual(cut.stop === null, stops.every((stop) => !whole.text.includes(stop)))
    assert.deepStrictEqual(cut.tokens, whole.tokens.slice(0, cut.tokens.length))
    if (cut.stop === null) return
    assert.include(decode(cut.tokens), cut.stop)
    assert.isTrue(stops.every((stop) => !decode(cut.tokens.slice(0, -1)).includes(stop)))
  }, { arbitrary: { runs: 300 } })
})
