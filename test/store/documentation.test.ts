/** What is said of runs.db names what is there: neither more nor less. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { views as asked } from "../../src/cli/sql/index.ts"
import { innerViews, tables, views } from "../../src/store/documentation/index.ts"
import * as Store from "../../src/store/index.ts"
import { reading, withJournal } from "./support.ts"

const allTables = Object.values(tables).flat()

const columns = (kind: string) => `
  SELECT o.name, c.name FROM sqlite_schema o, pragma_table_info(o.name) c
  WHERE o.type = '${kind}' AND o.name NOT LIKE 'sqlite_%' ORDER BY o.name, c.cid`

describe("the documentation of runs.db", () => {
  for (const [kind, relations] of [["view", [...views, ...innerViews]], ["table", allTables]] as const) {
    it.effect(`has every ${kind} with its columns in order, and no other`, () =>
      withJournal((_, { file }) =>
        Effect.gen(function*() {
          const real = (yield* reading(file, (db) => Store.sql(db, columns(kind)))).rows
          const said = relations.toSorted((a, b) => a.name < b.name ? -1 : 1)
            .flatMap(({ columns, name }) => Object.keys(columns).map((column) => [name, column]))
          assert.deepStrictEqual(said, real.map((row) => row.map(String)))
        })
      ))
  }

  it("calls those views an interface that `assay sql` names", () => {
    assert.sameMembers(views.map(({ name }) => name), asked)
  })

  it.effect("has an example of every view that is an interface, and examples that the database can answer", () =>
    withJournal((_, { file }) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(views.filter(({ example }) => example === undefined), [])
        for (const { example, name } of [...views, ...allTables]) {
          if (example === undefined) continue
          assert.include(example.sql, name)
          yield* reading(file, (db) => Store.sql(db, example.sql))
        }
      })
    ))
})
