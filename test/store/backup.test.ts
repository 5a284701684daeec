/** Every earlier version is brought up to date with all that is in it, and a copy of what it was lies beside it. */
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { existsSync, mkdirSync, readdirSync } from "node:fs"
import { dirname } from "node:path"
import { Fetching } from "../../src/pipeline/run/fetching.ts"
import * as Store from "../../src/store/index.ts"
import { latest } from "../../src/store/migrate.ts"
import * as Workspace from "../../src/workspace/index.ts"
import { earlier, make } from "./earlier.ts"
import { type Files, filesIn, temporaryFolder } from "./support.ts"

const asked = <A>(file: string, body: (db: Sqlite.Database) => A): A => {
  const db = new Sqlite(file, { readonly: true })
  try {
    return body(db)
  } finally {
    db.close()
  }
}

const version = (file: string): number => asked(file, (db) => Number(db.pragma("user_version", { simple: true })))

/** What must be the same before and after, whatever the tables are called. */
const content = (file: string) =>
  asked(file, (db) => [
    "SELECT id, stage, step, ordinal, example, prompt, completion, solution, token_count FROM sample ORDER BY id",
    "SELECT * FROM sample_reward ORDER BY sample, ordinal",
    "SELECT * FROM box ORDER BY sample, ordinal",
    "SELECT m.stage, k.name, m.step, m.value FROM metric m JOIN metric_key k ON k.id = m.key ORDER BY 1, 2, 3",
    "SELECT id, fingerprint, status, output, subject FROM stage ORDER BY id",
    "SELECT id, variant, seed, status FROM run ORDER BY id",
    "SELECT run, path, value FROM param ORDER BY 1, 2",
    "SELECT hash, bytes FROM artifact ORDER BY 1"
  ].map((sql) => db.prepare(sql).all()))

/** Opens it for writing as any command does, and returns what was said. */
const opened = (files: Files) =>
  Effect.gen(function*() {
    const said: Array<string> = []
    yield* Effect.scoped(Effect.provide(Effect.void, Store.layer(files))).pipe(
      Effect.provideService(Fetching, (event) => {
        if (event._tag === "Said") said.push(event.message)
      })
    )
    return said
  })

describe.each(earlier)("a database of version %i", (before) => {
  it.effect("keeps all that is in it, and its copy is what it was", () =>
    Effect.gen(function*() {
      const files = filesIn(yield* temporaryFolder)
      make(files.file, before)
      const was = content(files.file)
      for (const rows of was) assert.isAbove(rows.length, 2)
      const copy = `${files.file}.version-${before}.backup`
      const [said = ""] = yield* opened(files)
      assert.strictEqual(said, `The schema of ${files.file} was brought from version ${before} to ${latest}. ${copy} is the database as it was; delete it when all is well.`)
      assert.strictEqual(version(files.file), latest)
      assert.deepStrictEqual(content(files.file), was)
      for (const file of [files.file, copy]) {
        assert.strictEqual(asked(file, (db) => db.pragma("integrity_check", { simple: true })), "ok")
        assert.deepStrictEqual(asked(file, (db) => db.pragma("foreign_key_check")), [])
      }
      assert.strictEqual(version(copy), before)
      assert.deepStrictEqual(content(copy), was)
      if (before >= 5) assert.strictEqual(asked(files.file, (db) => db.prepare("SELECT content FROM answer").pluck().get()), "answered")
      if (before >= 6) assert.strictEqual(asked(files.file, (db) => db.prepare("SELECT message FROM log").pluck().get()), "said")
      assert.deepStrictEqual(yield* opened(files), [], "nothing more to do")
      assert.isAbove((yield* Workspace.tableSource(Workspace.at(files.file), "before")).ablation.length, 20)
    }), 60_000)
})

describe("a database of an earlier version", () => {
  const stays = (files: Files, why: RegExp) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(opened(files))
      assert.match(error.message, why)
      assert.strictEqual(version(files.file), 5)
      assert.deepStrictEqual(readdirSync(dirname(files.file)).filter((name) => name.endsWith(".backup")), [])
    })

  it.live("stays as it is while another process is at work on it", () =>
    Effect.gen(function*() {
      const files = filesIn(yield* temporaryFolder)
      make(files.file, 5)
      yield* Effect.scoped(Effect.andThen(Store.lock(files.file), stays(files, /is writing to .*Wait until it ends/)))
    }))

  it.live("stays as it is where no copy of it can be made", () =>
    Effect.gen(function*() {
      const files = filesIn(yield* temporaryFolder)
      make(files.file, 5)
      mkdirSync(`${files.file}.version-5.backup-draft`)
      yield* stays(files, /Before it is brought up to date a copy of up to .* is made beside it first, and that failed/)
    }))

  it.live("has its copy taken for no neighbour: gc looks at the database alone", () =>
    Effect.gen(function*() {
      const files = filesIn(yield* temporaryFolder)
      make(files.file, 5)
      yield* opened(files)
      assert.isTrue(existsSync(`${files.file}.version-5.backup`))
      yield* Workspace.unused(Workspace.at(files.file))
    }))
})
