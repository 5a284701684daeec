import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import { is } from "drizzle-orm"
import { getTableConfig, getViewConfig, type SQLiteTable, SQLiteView } from "drizzle-orm/sqlite-core"
import * as Effect from "effect/Effect"
import * as schema from "../../src/store/Schema.ts"
import * as views from "../../src/store/Views.ts"
import { withJournal } from "./support.ts"

interface Column {
  readonly name: string
  readonly type: string
  readonly notnull: number
  readonly pk: number
}

const inspect = <A>(file: string, body: (db: Sqlite.Database) => A): A => {
  const db = new Sqlite(file, { readonly: true })
  const result = body(db)
  db.close()
  return result
}

describe("schema", () => {
  it.effect("drizzle's tables are the migrated ones: names, types, nullability, primary keys", () =>
    withJournal((_, { file }) =>
      Effect.sync(() => {
        const tables = Object.values(schema) as Array<SQLiteTable>
        const real = inspect(file, (db) =>
          Object.fromEntries(
            (db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as Array<string>)
              .map((table) => [
                table,
                (db.pragma(`table_info(${table})`) as Array<Column>)
                  .map(({ name, notnull, pk, type }) => ({ name, type, notnull, pk }))
              ])
          ))
        const ours = Object.fromEntries(tables.map((table) => {
          const { columns, name, primaryKeys } = getTableConfig(table)
          const keys = (primaryKeys[0]?.columns ?? columns.filter((column) => column.primary)).map(({ name }) => name)
          return [
            name,
            columns.map((column) => ({
              name: column.name,
              type: column.getSQLType().toUpperCase(),
              notnull: Number(column.notNull),
              pk: keys.indexOf(column.name) + 1
            }))
          ]
        }))
        assert.deepStrictEqual(ours, real)
      })
    ))

  it.effect("every table is STRICT, and WITHOUT ROWID unless its key is an integer id", () =>
    withJournal((_, { file }) =>
      Effect.sync(() => {
        const list = inspect(file, (db) =>
          db.pragma("table_list") as Array<{ name: string; type: string; wr: number; strict: number }>)
        const ids = ["completion", "environment", "experiment", "metric_key", "run", "stage", "text"]
        for (const { name, strict, type, wr } of list) {
          if (type !== "table" || name.startsWith("sqlite_")) continue
          assert.strictEqual(strict, 1, name)
          assert.strictEqual(wr, ids.includes(name) ? 0 : 1, name)
        }
      })
    ))

  it.effect("drizzle's views have the columns of the migrated ones, in order", () =>
    withJournal((_, { file }) =>
      Effect.sync(() => {
        for (const view of Object.values(views)) {
          assert.isTrue(is(view, SQLiteView))
          const { name, selectedFields } = getViewConfig(view)
          const real = inspect(file, (db) =>
            (db.pragma(`table_info(${name})`) as Array<Column>).map((column) => column.name))
          assert.deepStrictEqual(Object.values(selectedFields).map((field) => (field as { name: string }).name), real)
        }
      })
    ))
})
