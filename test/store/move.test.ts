/** What comes over when runs are moved names every table that there is. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Store from "../../src/store/index.ts"
import { moved, staying } from "../../src/store/move/merge.ts"
import { reading, withJournal } from "./support.ts"

it.effect("every table of a database comes over with its runs, or is known to stay", () =>
  withJournal((_, { file }) =>
    Effect.gen(function*() {
      const { rows } = yield* reading(file, (db) => Store.sql(db, "SELECT name FROM sqlite_schema WHERE type = 'table'"))
      assert.sameMembers([...moved, ...staying], rows.map(([name]) => String(name)))
    })
  ))
