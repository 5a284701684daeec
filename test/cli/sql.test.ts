import { getViewName } from "drizzle-orm"
import * as Effect from "effect/Effect"
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet"
import { mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { openForWriting } from "../../src/store/Database.ts"
import { words } from "../../src/cli/words.ts"
import * as Views from "../../src/store/Views.ts"
import { assay, temporary } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)
beforeAll(async () => {
  mkdirSync(join(folder, "-dash"))
  for (const file of ["runs.db", "-dash/runs.db"]) await Effect.runPromise(Effect.scoped(openForWriting({ file: join(folder, file) })))
})

const sql = async (query: string, ...more: ReadonlyArray<string>) => {
  const { code, err, out } = await assay(folder, "sql", query, ...more)
  assert.strictEqual(code, 0, err)
  return out
}

describe("assay sql", () => {
  const odd = "SELECT 9007199254740993 AS big, 1 AS n, 2 AS n, 3 AS n, char(27, 8238) || '[31m' AS text, x'00ff' AS blob, NULL AS none"

  it("shows integers of any size whole, columns of one name all, control characters as what they are", async () => {
    const [plain, json] = await Promise.all([sql(odd), sql(odd, "--json")])
    const [head, row] = plain.trimEnd().split("\n").map((line) => line.trim().split(/\s+/))
    assert.deepStrictEqual(head, ["big", "n", "n", "n", "text", "blob", "none"])
    assert.deepStrictEqual(row, ["9007199254740993", "1", "2", "3", "\\x1b\\u202e[31m", "00ff", "-"])
    assert.include(json, "\"big\": 9007199254740993,")
    assert.deepInclude(JSON.parse(json)[0], { n: 1, "n:1": 2, "n:2": 3, blob: "00ff", none: null })
    assert.notInclude(json, "\u001b")
  })

  it("gives CSV the same numbers", async () => {
    assert.strictEqual(await sql("SELECT -9007199254740993 AS a, 0.5 AS b, 'x,y' AS c", "--csv"), "a,b,c\n-9007199254740993,0.5,\"x,y\"\n")
  })

  it("prints or writes what --format says", async () => {
    const query = "SELECT 1 AS a, 'x' AS b"
    assert.strictEqual(await sql(query, "--format", "jsonl"), "{\"a\": 1, \"b\": \"x\"}\n")
    assert.strictEqual(await sql(query, "--format", "md"), "| a | b |\n| --: | --- |\n| 1 | x |\n")
    assert.strictEqual(await sql(`${query} WHERE 0`, "--format", "jsonl"), "")
    assert.strictEqual(await sql(query, "--format", "csv", "--out", "out/a.csv"), "")
    assert.strictEqual(readFileSync(join(folder, "out/a.csv"), "utf8"), "a,b\n1,x\n")
    await sql(query, "--format", "parquet", "--out", "out/a.parquet")
    assert.deepStrictEqual(await parquetReadObjects({ file: await asyncBufferFromFile(join(folder, "out/a.parquet")) }), [{ a: 1n, b: "x" }])
  })

  it("says which formats cannot be", async () => {
    const [two, stdout] = await Promise.all([assay(folder, "sql", "SELECT 1", "--csv", "--format", "md"), assay(folder, "sql", "SELECT 1", "--format", "parquet")])
    assert.deepStrictEqual([two.code, stdout.code], [2, 2])
    assert.include(two.err, "--format, --csv and --json exclude each other")
    assert.include(stdout.err, "say where to with --out FILE")
  })

  it("takes queries as they are pasted: with a comment first, over several lines", async () => {
    assert.strictEqual(await sql("-- Which rewards beat the baseline?\nSELECT 1 AS one;\n"), "one\n  1\n")
  })

  it("says what it runs where it is asked for something else", async () => {
    for (const query of ["EXPLAIN DELETE FROM run", "DELETE FROM run", "PRAGMA user_version = 7"]) {
      const { code, err } = await assay(folder, "sql", query)
      assert.strictEqual(code, 2)
      assert.include(err, "Ask with SELECT, WITH, VALUES, or EXPLAIN of one of them")
    }
    const unknown = await assay(folder, "sql", "SELECT * FROM nowhere")
    assert.include(unknown.err, "SQLite rejects the query: no such table: nowhere.")
  })

  it("names in its help every view that is meant for questions", async () => {
    const { out } = await assay(folder, "sql", "--help")
    const named = /Views: ([\w, ]+)/.exec(out)?.[1]?.split(", ") ?? []
    assert.sameMembers([...named], Object.values(Views).map((view) => getViewName(view)))
    await sql(named.map((view) => `SELECT '${view}' FROM ${view}`).join(" UNION ALL "))
  })
})

describe("--db", () => {
  it("takes a name that starts with a dash", async () => {
    assert.strictEqual(await sql("SELECT 1 AS one", "--db", "-dash/runs.db"), "one\n  1\n")
    assert.deepStrictEqual(words(["list", "--db", "-d/x.db", "--json"]), ["list", "--db=-d/x.db", "--json"])
    assert.deepStrictEqual(words(["list", "--db", "--json"]), ["list", "--db", "--json"], "a flag is no name")
    assert.deepStrictEqual(words(["evaluate", "--detections", "-"]), ["evaluate", "--detections", "-"], "stdin")
  })

  it("is refused before anything runs where the database would not outlive the command", async () => {
    for (const db of [":memory:", ""]) {
      const { code, err } = await assay(folder, "run", "study.ts", "--db", db)
      assert.strictEqual(code, 2)
      assert.include(err, "--db")
      assert.include(err, "what a study finds must outlive the command")
    }
  })
})
