/** Rewards on anybody's completions, as `assay score` gives them. */
import { assert, describe, it } from "@effect/vitest"
import { longestRow, rewardNamed, scoreRow, summarise, toJson } from "../../src/reward/scoreRows.ts"

const score = (line: string, ...names: ReadonlyArray<string>) =>
  scoreRow(line, 7, names.map((name) => rewardNamed(name, "fixed")))

const row = { completion: "<think></think><answer>None</answer>", solution: "<answer>None</answer>" }
const line = JSON.stringify(row)

describe("a row", () => {
  it("gets the value of every reward, under its name", () => {
    assert.deepStrictEqual(score(line, "ap", "format"), { scores: { ap: 1, format: 1 } })
    assert.strictEqual(toJson(score(line, "ap", "format")), `{"ap":1,"format":1}`)
  })

  it("keeps its id, whatever that is", () => {
    for (const id of ["seven", 7, null, { a: 1 }]) {
      assert.deepStrictEqual(JSON.parse(toJson(score(JSON.stringify({ ...row, id }), "format"))), { id, format: 1 })
    }
  })

  it("says which reward could not judge it, and is judged by its tokens where they are given", () => {
    assert.deepStrictEqual(JSON.parse(toJson(score(line, "cosine", "format"))), {
      cosine: 0,
      format: 1,
      errors: { cosine: "cosine needs the completion's length in tokens, the field `tokens` of a row" }
    })
    assert.deepStrictEqual(score(JSON.stringify({ ...row, tokens: 1024 }), "cosine"), { scores: { cosine: 0.5 } })
  })

  it("that is none has an error that names its line", () => {
    const error = (text: string) => (JSON.parse(toJson(score(text, "ap"))) as { error: string }).error
    assert.match(error("{"), /^line 7: not JSON \(/)
    assert.strictEqual(error("[]"), "line 7: not a JSON object")
    assert.strictEqual(error("null"), "line 7: not a JSON object")
    assert.strictEqual(error(`{"completion": 1}`), "line 7: `completion` must be a string")
    assert.strictEqual(error(`{"completion": "a"}`), "line 7: `solution` must be a string")
    assert.strictEqual(error(JSON.stringify({ ...row, tokens: -1 })), "line 7: `tokens` must be a number of at least 0")
    assert.strictEqual(error(" ".repeat(longestRow + 1)), `line 7: longer than ${longestRow} characters`)
  })
})

describe("many rows", () => {
  it("are summed up: counts, and means over the rows that have the score", () => {
    const all = summarise()
    for (const text of [line, JSON.stringify({ ...row, completion: "" }), "{"]) all.add(score(text, "format"))
    assert.deepStrictEqual(all.summary(), { rows: 3, failed: 1, means: { format: 0.5 } })
  })
})

describe("a name", () => {
  it("that no reward has is refused with those that there are", () => {
    assert.throws(() => rewardNamed("map", "fixed"), /no reward "map"; there are ap, ap50/)
    assert.throws(() => rewardNamed("toString", "fixed"), /no reward/)
  })
})
