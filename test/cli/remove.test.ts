// @module-tag long
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as Effect from "effect/Effect"
import Sqlite from "better-sqlite3"
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Store from "../../src/store/index.ts"
import { assay, putFinished, study, temporary } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)

const objects = join(folder, ".assay", "objects")
const place = (hash: string): string => join(objects, hash.slice(0, 2), hash.slice(2))
const orphan = "ab".repeat(32)

const ask = (db: string, sql: string): ReadonlyArray<string | number> => {
  const sqlite = new Sqlite(join(folder, db), { readonly: true })
  try {
    return sqlite.prepare(sql).pluck().all() as Array<string | number>
  } finally {
    sqlite.close()
  }
}

const files = (): number => readdirSync(objects, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length

describe("assay rm and gc", () => {
  beforeAll(async () => {
    await putFinished(folder)
    const second = await assay(folder, "run", study, "--db", "other.db", "--seeds", "1")
    assert.strictEqual(second.code, 0, second.err)
    mkdirSync(join(objects, "ab"), { recursive: true })
    writeFileSync(place(orphan), "left behind")
    writeFileSync(join(objects, "notes.txt"), "mine")
  })

  it("only say what they would remove, unless told to", async () => {
    const [gc, rm] = [await assay(folder, "gc"), await assay(folder, "rm", "tastes")]
    assert.strictEqual(gc.out, "No run uses 0 executions with 0 answers, and 1 file of 11 B:\n`assay gc --yes` removes them.\n")
    assert.strictEqual(rm.out, "tastes with 6 runs would be removed from runs.db. `--yes` does it.\n")
    assert.isTrue(existsSync(place(orphan)))
    assert.strictEqual((await assay(folder, "rm", "taste", "--yes")).code, 2)
    assert.deepStrictEqual(ask("runs.db", "SELECT count(*) FROM run"), [6])
  })

  it("take nothing that a run uses", async () => {
    const before = ask("runs.db", "SELECT hash FROM artifact")
    const files = ask("runs.db", "SELECT hash FROM artifact WHERE content IS NULL")
    assert.isAbove(files.length, 0)
    assert.include((await assay(folder, "gc", "--yes")).out, "Removed 0 executions with 0 answers, and 1 file of 11 B.")
    assert.isFalse(existsSync(place(orphan)))
    assert.deepStrictEqual(ask("runs.db", "SELECT hash FROM artifact"), before)
    assert.isTrue(files.every((hash) => existsSync(place(String(hash)))))
    assert.include((await assay(folder, "run", study)).err, "all 6 runs are finished already")
  })

  it("keep their hands off while a run writes, to this database or to its neighbour", async () => {
    for (const db of ["runs.db", "other.db"]) {
      const { code, err } = await Effect.runPromise(Effect.scoped(
        Effect.andThen(Store.lock(join(folder, db)), Effect.promise(() => assay(folder, "gc", "--yes")))
      ))
      assert.strictEqual(code, 3, err)
      assert.include(err, "Wait until it ends")
    }
  })

  it("leave what was executed to be found again, until gc takes it, but for files that a neighbour names", async () => {
    const removed = await assay(folder, "rm", "tastes", "--yes")
    assert.strictEqual(removed.out, "Removed tastes with 6 runs. `assay gc` says what of it no other run uses.\n", removed.err)
    assert.include((await assay(folder, "plan", study)).out, "with this code, config and data")
    const [executions] = ask("runs.db", "SELECT count(*) FROM stage")
    const gc = JSON.parse((await assay(folder, "gc", "--yes", "--json")).out)
    assert.strictEqual(gc.executions.length, executions)
    assert.isAbove(gc.completions, 0)
    assert.isAbove(gc.files, 0)
    assert.isAbove(gc.databaseBytes, 0)
    assert.isFalse(existsSync(join(folder, "runs.db-wal")))
    for (const table of ["stage", "metric", "completion", "sample_reward", "box", "text", "artifact", "environment", "experiment"]) {
      assert.deepStrictEqual(ask("runs.db", `SELECT count(*) FROM ${table}`), [0], table)
    }
    const theirs = ask("other.db", "SELECT hash FROM artifact WHERE content IS NULL")
    assert.isAbove(theirs.length, 0)
    assert.isTrue(theirs.every((hash) => existsSync(place(String(hash)))))
    assert.include((await assay(folder, "run", study, "--seeds", "1", "--db", "other.db")).err, "finished already")
  })

  it("empty the folder once nobody needs it, of all but what is not theirs", async () => {
    await assay(folder, "rm", "tastes", "--yes", "--db", "other.db")
    await assay(folder, "gc", "--yes", "--db", "other.db")
    assert.strictEqual(files(), 1)
    assert.isTrue(existsSync(join(objects, "notes.txt")))
    assert.include((await assay(folder, "gc")).out, "Every execution and file is used by a run.")
  })
})
