/** A database of the version before reads the same after its migration. `version-2.db` was made by that version's own run. */
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { copyFileSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Table from "../../src/report/table/Table.ts"
import { text } from "../../src/report/table/text.ts"
import * as Store from "../../src/store/index.ts"
import * as Workspace from "../../src/workspace/index.ts"
import { filesIn, temporaryFolder } from "./support.ts"

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))

type Row = { readonly [column: string]: unknown }

const ask = (file: string, sql: string): ReadonlyArray<Row> => {
  const db = new Sqlite(file, { readonly: true })
  try {
    return db.prepare(sql).all() as ReadonlyArray<Row>
  } finally {
    db.close()
  }
}

/** The lines of a printed table without its widths, its notes, and the brackets that tables did not have before. */
const numbersOf = (printed: string): string =>
  printed.split("\n\n")[1]!.replace(/ \(\d[\d.]*\)/g, "").replace(/-{4,}/g, "---").replace(/ +/g, " ")

/** The old database, and a copy of it brought up to date. */
const migrated = Effect.gen(function*() {
  const files = filesIn(yield* temporaryFolder)
  copyFileSync(fixture("version-2.db"), files.file)
  yield* Effect.scoped(Effect.provide(Effect.void, Store.layer(files)))
  return { before: fixture("version-2.db"), after: files.file }
})

describe("a database of the version before", () => {
  it.effect("prints the same numbers", () =>
    Effect.gen(function*() {
      const { after } = yield* migrated
      const table = Table.make(yield* Workspace.tableSource(Workspace.at(after), "before"))
      assert.strictEqual(numbersOf(text(table, 120)), numbersOf(readFileSync(fixture("version-2.txt"), "utf8")))
    }))

  it.effect("keeps every completion, reward, box and number", () =>
    Effect.gen(function*() {
      const { after, before } = yield* migrated
      const columns = "id, stage, step, ordinal, example, prompt, completion, solution, token_count, finish_reason, image, " +
        "width, height, input_width, input_height"
      const queries = [
        `SELECT ${columns} FROM sample ORDER BY id`,
        "SELECT * FROM sample_reward ORDER BY sample, ordinal",
        "SELECT * FROM box ORDER BY sample, ordinal",
        "SELECT m.stage, k.name, m.step, m.value FROM metric m JOIN metric_key k ON k.id = m.key ORDER BY 1, 2, 3",
        "SELECT id, status, fingerprint FROM stage ORDER BY id",
        "SELECT id, variant, seed, status FROM run ORDER BY id"
      ]
      for (const query of queries) {
        assert.isAbove(ask(before, query).length, 5)
        assert.deepStrictEqual(ask(after, query), ask(before, query), query)
      }
    }))

  it.effect("answers as it did through its views, whose metrics now have a scope", () =>
    Effect.gen(function*() {
      const { after, before } = yield* migrated
      const same = (view: string, columns: string, order: string) =>
        assert.deepStrictEqual(
          ask(after, `SELECT ${columns} FROM ${view} ORDER BY ${order}`),
          ask(before, `SELECT ${columns} FROM ${view} ORDER BY ${order}`),
          view
        )
      same("reward_part", "experiment, variant, seed, stage, step, part, n, mean, errors", "2, 3, 4, 5, 6")
      same("token_statistics", "experiment, variant, seed, stage, n, min, max, mean, n_3000", "2, 3, 4")
      same("missing", "experiment, variant, seed, status", "2, 3")
      const views = { ablation: "n, mean, sd, ci95", paired: "n, delta, ci95, wins, separated", gain: "n, delta, ci95, wins, separated" }
      for (const [view, columns] of Object.entries(views)) {
        const old = ask(before, `SELECT variant, metric, ${columns} FROM ${view} ORDER BY 1, 2`)
        assert.isAbove(old.length, 20, view)
        for (const { metric, variant, ...numbers } of old) {
          // it kept of every name what the last stage had: that of the evaluation, where that has it, too
          const [found] = ask(after, `SELECT ${columns} FROM ${view} WHERE variant = '${variant}' AND name = '${metric}'
            ORDER BY scope = 'detection' DESC`)
          for (const [column, value] of Object.entries(numbers)) {
            if (column === "separated") assert.strictEqual(found![column], 0, "as it is now below three pairs")
            else if (typeof value === "number") assert.approximately(Number(found![column]), value, 1e-9, `${view} ${metric} ${column}`)
            else assert.strictEqual(found![column], value)
          }
        }
      }
      const curve = (file: string) =>
        ask(file, `SELECT variant, seed, stage, ${file === after ? "name" : "metric"} AS name, step, value FROM learning_curve
          ORDER BY 1, 2, 3, 4, 5`)
      assert.deepStrictEqual(curve(after), curve(before))
    }))

  it.effect("stores repeated texts once, and is sound", () =>
    Effect.gen(function*() {
      const { after } = yield* migrated
      assert.deepStrictEqual(ask(after, "PRAGMA foreign_key_check"), [])
      assert.deepStrictEqual(ask(after, "PRAGMA integrity_check"), [{ integrity_check: "ok" }])
      const [{ texts, distinct }] = ask(after, `SELECT (SELECT count(*) FROM text) AS texts,
        (SELECT count(*) FROM (SELECT prompt FROM sample UNION SELECT solution FROM sample UNION SELECT details FROM sample))
          AS "distinct"`) as [{ texts: number; distinct: number }]
      assert.strictEqual(texts, distinct)
    }))
})
