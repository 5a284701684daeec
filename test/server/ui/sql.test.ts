/** What the page is told that asks in SQL. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { asked, serving } from "./support.ts"

const endless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"

const urlOf = (url: string, query: string, path = "/api/sql") => `${url}${path}?${new URLSearchParams({ query })}`

describe("SQL", () => {
  it.live("is answered with columns and rows; what no number of JSON can hold is text", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const { body } = yield* asked(urlOf(url, "SELECT variant, n, 9007199254740993, x'ff', NULL, 9e999 FROM ablation WHERE name = 'mAP' ORDER BY ordinal LIMIT 1"))
      assert.deepStrictEqual(body.rows, [["base model", 1, "9007199254740993", "ff", null, "Infinity"]])
      assert.deepStrictEqual([body.columns[0], body.more], ["variant", false])
    }).pipe(Effect.scoped))

  it.live("is answered with a thousand rows, and says so", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const { body } = yield* asked(urlOf(url, endless.replace("count(*)", "n")))
      assert.deepStrictEqual([body.rows.length, body.more], [1000, true])
    }).pipe(Effect.scoped))

  it.live("is cut before a row that is too long, and refused where that is the first", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const long = "hex(zeroblob(3000000))"
      const { body } = yield* asked(urlOf(url, `SELECT 1 AS n, 'short' AS text UNION ALL SELECT 2, ${long}`))
      assert.deepStrictEqual([body.rows, body.more], [[[1, "short"]], true])
      const refused = yield* asked(urlOf(url, `SELECT ${long}`))
      assert.strictEqual(refused.status, 400)
      assert.match(refused.body.error.message, /The first row has 6000000 characters, more than the \d+ that are shown here\. Select less of it/)
    }).pipe(Effect.scoped))

  it.live("may be as long as is said, in any script, asked and opened again", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const longest = (letter: string, length = 8_000) => `SELECT '${letter.repeat(length - "SELECT ''".length)}'`
      for (const letter of ["x", "\u0436", "\u4e2d"]) {
        const { body, status } = yield* asked(urlOf(url, longest(letter)))
        assert.deepStrictEqual([status, body?.rows[0][0].length], [200, 7_991], letter)
        assert.strictEqual((yield* asked(urlOf(url, longest(letter), "/sql"))).status, 200)
      }
      const more = yield* asked(urlOf(url, longest("x", 8_001)))
      assert.deepStrictEqual([more.status, more.body.error.param], [400, "query"])
    }).pipe(Effect.scoped))

  it.live("that never ends is stopped, and holds up nobody meanwhile", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const started = performance.now()
      const slow = yield* Effect.forkChild(asked(urlOf(url, endless)))
      yield* Effect.sleep("1 second")
      assert.strictEqual((yield* asked(`${url}/api/experiments`)).status, 200)
      assert.strictEqual((yield* asked(urlOf(url, "SELECT 1"))).status, 200)
      assert.isBelow(performance.now() - started, 9_000, "they were answered before it was stopped")
      const { body, status } = yield* Fiber.join(slow)
      assert.strictEqual(status, 400)
      assert.include(body.error.message, "stopped after 10 s")
    }).pipe(Effect.scoped), { tags: ["long"] })

  it.live("that writes, or is none, is refused with what to do", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const write = yield* asked(urlOf(url, "DELETE FROM run RETURNING id"))
      assert.deepStrictEqual([write.status, write.body.error.param], [400, "query"])
      assert.include(write.body.error.message, "Ask with SELECT")
      const wrong = yield* asked(urlOf(url, "SELECT nope FROM ablation"))
      assert.include(wrong.body.error.message, "no such column: nope")
      assert.strictEqual((yield* asked(urlOf(url, "SELECT count(*) FROM run"))).body.rows[0][0], 12)
    }).pipe(Effect.scoped))

  it.live("comes as CSV and JSON, whole or not at all", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const query = "SELECT variant, seed FROM run JOIN variant v ON v.name = run.variant WHERE seed = 0 AND variant LIKE 'weighted%'"
      const csv = yield* asked(urlOf(url, query, "/api/sql/rows.csv"))
      assert.match(csv.headers.get("content-type")!, /^text\/csv/)
      assert.strictEqual(csv.text, "variant,seed\nweighted sum,0\n\"weighted sum, cosine\",0")
      const json = yield* asked(urlOf(url, query, "/api/sql/rows.json"))
      assert.deepStrictEqual(json.body, [{ variant: "weighted sum", seed: 0 }, { variant: "weighted sum, cosine", seed: 0 }])
      const large = yield* asked(urlOf(url, endless.replace("count(*)", "n"), "/api/sql/rows.csv"))
      assert.deepStrictEqual([large.status, /assay sql --csv/.test(large.body.error.message)], [400, true])
    }).pipe(Effect.scoped))

  it.live("has a guide to every view and table, with questions, and to what it may take", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const { body } = yield* asked(`${url}/api/sql/guide`)
      assert.include(body.views.map(({ name }: { name: string }) => name), "ablation")
      assert.include(body.views[0].example.sql, "FROM ablation")
      assert.deepInclude(body.views[0].columns[0], { name: "experiment" })
      assert.deepInclude(body.most, { rows: 1000, seconds: 10 })
    }).pipe(Effect.scoped))
})
