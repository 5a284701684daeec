import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as Store from "../../src/store/index.ts"
import { reading, withJournal } from "./support.ts"

const refused = {
  "a write": "DELETE FROM run",
  "a write that returns rows": "INSERT INTO text (digest, content) VALUES (x'00', '') RETURNING id",
  "a write behind WITH": "WITH a AS (SELECT 1) DELETE FROM run RETURNING 1",
  "another database": "ATTACH '/tmp/assay-other.db' AS other",
  "a copy of the database": "VACUUM INTO '/tmp/assay-copy.db'",
  "a setting": "PRAGMA journal_mode = DELETE",
  "a setting of the schema": "PRAGMA writable_schema = 1",
  "that the connection may write": "PRAGMA query_only = 0",
  "a folder for temporary files": "PRAGMA temp_store_directory = '/tmp'",
  "a table of its own": "CREATE TEMP TABLE a (b)",
  "a transaction": "BEGIN IMMEDIATE",
  "code from a file": "SELECT load_extension('/tmp/x.so')",
  "a file's content": "SELECT readfile('/etc/hostname')",
  "a file to write": "SELECT writefile('/tmp/assay-file', 'x')",
  "two statements": "SELECT 1; DELETE FROM run",
  "nothing": "  ",
  "nonsense": "SELEKT"
}

describe("SQL that asks for", () => {
  for (const [what, query] of Object.entries(refused)) {
    it.effect(`${what} is refused before it runs`, () =>
      withJournal((_, { file }) =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(reading(file, (db) => Store.sql(db, query)))
          assert.strictEqual(error.reason, "query")
          for (const path of ["/tmp/assay-other.db", "/tmp/assay-copy.db", "/tmp/assay-file"]) assert.isFalse(fs.existsSync(path))
        })
      ))
  }
})
