import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { rewardsOf, scoreLines } from "../../src/reward/scoreRows.ts"

const scored = (lines: ReadonlyArray<string>, names: ReadonlyArray<string>) =>
  Effect.promise(async () => {
    const rows: Array<unknown> = []
    for await (const row of scoreLines(lines, rewardsOf(names, "fixed"))) rows.push(JSON.parse(row))
    return rows
  })

const row = JSON.stringify({ completion: "<think></think><answer>None</answer>", solution: "<answer>None</answer>" })

describe("scoring lines", () => {
  it.effect("gives one object a row, in order, and an error in the place of a bad one", () =>
    Effect.gen(function*() {
      const rows = yield* scored([row, "{", "", "[]", "{\"completion\": 1}", row], ["ap", "format"])
      assert.deepStrictEqual(rows[0], { ap: 1, format: 1 })
      assert.deepStrictEqual(rows[4], { ap: 1, format: 1 })
      const errors = rows.slice(1, 4).map((bad) => (bad as { error: string }).error)
      assert.match(errors[0]!, /^line 2: not JSON/)
      assert.deepStrictEqual(errors.slice(1), ["line 4: not a JSON object", "line 5: `completion` must be a string"])
    }))

  it.effect("says which reward could not judge a row, and uses the token count where there is one", () =>
    Effect.gen(function*() {
      const rows = yield* scored([row, JSON.stringify({ ...JSON.parse(row), tokens: 1024 })], ["cosine", "format"])
      assert.deepStrictEqual(rows[0], {
        cosine: 0,
        format: 1,
        errors: { cosine: "cosine needs the completion's length in tokens" }
      })
      assert.deepStrictEqual(rows[1], { cosine: 0.5, format: 1 })
    }))

  it("refuses a reward that does not exist, naming those that do", () => {
    assert.throws(() => rewardsOf(["ap", "map"], "fixed"), /no reward "map"; there are ap, ap50/)
  })
})
