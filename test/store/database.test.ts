import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { openForReading, openForWriting } from "../../src/store/Database.ts"
import { latest } from "../../src/store/migrate.ts"
import * as Store from "../../src/store/index.ts"
import { temporaryFolder } from "./support.ts"

const child = (name: string): string => fileURLToPath(new URL(`./children/${name}.ts`, import.meta.url))

const exited = (process: ChildProcess) =>
  Effect.callback<number | null>((resume) => {
    process.once("exit", (code) => resume(Effect.succeed(code)))
  })

const firstLine = (process: ChildProcess) =>
  Effect.callback<string>((resume) => {
    process.stdout?.once("data", (data) => resume(Effect.succeed(String(data))))
  })

const fresh = Effect.map(temporaryFolder, (folder) => path.join(folder, "runs.db"))

/** Why a file cannot be opened for writing. */
const refusal = (file: string, busyTimeout = 50) => Effect.flip(Effect.scoped(openForWriting({ file, busyTimeout })))

const created = Effect.tap(fresh, (file) => Effect.scoped(openForWriting({ file })))

const raw = <A>(file: string, body: (db: Sqlite.Database) => A): A => {
  const db = new Sqlite(file)
  const result = body(db)
  db.close()
  return result
}

describe("opening", () => {
  it.effect("creates the file in WAL mode with the latest schema, and again changes nothing", () =>
    Effect.gen(function*() {
      const file = yield* created
      yield* Effect.scoped(Effect.tap(openForWriting({ file }), ({ sqlite }) =>
        Effect.sync(() => {
          const names = ["journal_mode", "synchronous", "foreign_keys", "user_version"]
          const pragmas = names.map((name) => sqlite.pragma(name, { simple: true }))
          assert.deepStrictEqual(pragmas, ["wal", 1, 1, latest])
        })))
    }))

  it.live("four processes on a fresh file all succeed", () =>
    Effect.gen(function*() {
      const file = yield* fresh
      const instant = Date.now() + 1200
      const processes = [1, 2, 3, 4].map(() =>
        spawn(process.execPath, [child("open"), file, String(instant)], { stdio: "inherit" })
      )
      const codes = yield* Effect.forEach(processes, exited, { concurrency: "unbounded" })
      assert.deepStrictEqual(codes, [0, 0, 0, 0])
      assert.strictEqual(raw(file, (db) => db.prepare("SELECT count(*) FROM student_t").pluck().get()), 34)
    }), 20_000)
})

describe("errors name the file and the remedy", () => {
  it.live("a file that is no database", () =>
    Effect.gen(function*() {
      const file = yield* fresh
      fs.writeFileSync(file, "This is a text file, and quite a long one. ".repeat(100))
      const error = yield* refusal(file)
      assert.strictEqual(error.reason, "corrupt")
      assert.include(error.message, file)
      assert.include(error.message, "not an SQLite database")
    }))

  it.live("a corrupt database", () =>
    Effect.gen(function*() {
      const file = yield* created
      const bytes = fs.readFileSync(file)
      bytes.fill(0xff, 100, 4096)
      fs.writeFileSync(file, bytes)
      const error = yield* refusal(file)
      assert.strictEqual(error.reason, "corrupt")
      assert.include(error.message, ".recover")
    }))

  it.live("another program's database", () =>
    Effect.gen(function*() {
      const file = yield* fresh
      raw(file, (db) => db.exec("CREATE TABLE customer (name TEXT)"))
      assert.strictEqual((yield* refusal(file)).reason, "foreign")
      const tables = raw(file, (db) => db.prepare("SELECT name FROM sqlite_schema").pluck().all())
      assert.deepStrictEqual(tables, ["customer"])
    }))

  it.live("a newer schema", () =>
    Effect.gen(function*() {
      const file = yield* created
      raw(file, (db) => db.pragma(`user_version = ${latest + 1}`))
      const error = yield* refusal(file)
      assert.strictEqual(error.reason, "newer")
      assert.include(error.message, `version ${latest + 1}`)
      assert.include(error.message, "Update assay")
      assert.strictEqual((yield* Effect.flip(Effect.scoped(openForReading({ file })))).reason, "newer")
    }))

  it.live("a file locked by another connection, after the busy timeout", () =>
    Effect.gen(function*() {
      const file = yield* fresh
      const holder = new Sqlite(file)
      holder.exec("BEGIN EXCLUSIVE")
      const error = yield* refusal(file)
      holder.close()
      assert.strictEqual(error.reason, "locked")
      assert.include(error.message, "another process")
    }))

  it.live("a folder that does not exist, and a folder in the place of the file", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const error = yield* refusal(path.join(folder, "none", "runs.db"))
      assert.strictEqual(error.reason, "missing")
      assert.include(error.message, path.join(folder, "none"))
      assert.include((yield* refusal(folder)).message, "is a folder")
    }))

  it.live("a name too long for the files beside it, of which none is left", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      for (const letters of [300, 252, 240]) {
        const file = path.join(folder, `${"n".repeat(letters)}.db`)
        const error = yield* Effect.flip(Effect.scoped(Store.lock(file)))
        assert.match(error.message, /^The name of the database \S+n\.db is too long.*Name a shorter one\.$/)
      }
      assert.deepStrictEqual(fs.readdirSync(folder), [])
    }))

  it.live("a database that somebody took a table or a view out of", () =>
    Effect.gen(function*() {
      for (const [kind, name] of [["TABLE", "text"], ["TABLE", "run"], ["VIEW", "ablation"]] as const) {
        const file = yield* created
        raw(file, (db) => db.exec(`PRAGMA foreign_keys = OFF; DROP ${kind} ${name}`))
        const opening = Effect.scoped(Effect.provide(Effect.void, Store.layer({ file, objects: `${file}.objects`, alone: true })))
        const reading = Effect.scoped(Effect.flatMap(Store.openForReading({ file }), (db) => Store.ablation(db, "e")))
        const error = yield* Effect.flip(Effect.andThen(opening, reading))
        assert.include(error.message, `lacks the table or view ${name} of its schema: somebody changed it. Put back a copy`)
      }
    }))

  it.live("a full disk", () =>
    Effect.gen(function*() {
      const file = yield* created
      const error = yield* Effect.flip(Effect.scoped(Effect.flatMap(openForWriting({ file }), ({ sqlite }) =>
        Effect.try({
          try: () => {
            sqlite.pragma("max_page_count = 1")
            sqlite.prepare("INSERT INTO text (digest, content) VALUES (?, ?)").run(Buffer.alloc(16), "x".repeat(100_000))
          },
          catch: (cause) => Store.fromCause(file, cause)
        }))))
      assert.strictEqual(error.reason, "full")
      assert.include(error.message, "Free some space")
    }))

  it.live("a read-only file, and a folder without write permission", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      fs.chmodSync(folder, 0o755)
      const file = path.join(folder, "runs.db")
      yield* Effect.scoped(openForWriting({ file }))
      fs.chmodSync(file, 0o444)
      const ask = (what: "open" | "lock" | "put", target: string) =>
        JSON.parse(execFileSync(process.execPath, [child("refused"), what, target], { encoding: "utf8" }))
      const refused = ask("open", file)
      fs.chmodSync(folder, 0o555)
      const folderRefused = ask("open", path.join(folder, "other.db"))
      const lockRefused = ask("lock", file)
      const objectRefused = ask("put", path.join(folder, "objects"))
      fs.chmodSync(folder, 0o755)
      assert.strictEqual(refused.reason, "unwritable")
      assert.include(refused.message, `The database ${file} is read-only`)
      assert.strictEqual(folderRefused.reason, "unwritable")
      assert.include(folderRefused.message, `The folder ${folder} is not writable`)
      assert.include(lockRefused.message, `keeps its log beside the database ${file}.`)
      assert.match(objectRefused.message, /EACCES.*Give write permission on the folder \(chmod u\+w\), or work in another one\.$/)
      assert.isTrue(objectRefused.everybodys)
    }), 20_000)
})

describe("reading only", () => {
  it.live("does not create a file", () =>
    Effect.gen(function*() {
      const file = yield* fresh
      const error = yield* Effect.flip(Effect.scoped(Store.openForReading({ file })))
      assert.strictEqual(error.reason, "absent")
      assert.include(error.message, "Run a study first")
      assert.isFalse(fs.existsSync(file))
    }))

  it.live("refuses every way to write, and reads while a writer holds the lock", () =>
    Effect.gen(function*() {
      const file = yield* created
      const copy = `${file}.copy`
      const before = fs.readFileSync(file)
      const writer = new Sqlite(file)
      writer.exec("BEGIN IMMEDIATE; DELETE FROM student_t WHERE df = 1")
      yield* Effect.scoped(Effect.gen(function*() {
        const db = yield* Store.openForReading({ file })
        for (
          const text of [
            "DELETE FROM student_t",
            "DELETE FROM student_t RETURNING df",
            "DROP TABLE run",
            `VACUUM INTO '${copy}'`,
            `ATTACH '${copy}' AS other`,
            "SELEC 1",
            "SELECT 1; SELECT 2",
            "PRAGMA user_version = 9"
          ]
        ) {
          assert.strictEqual((yield* Effect.flip(Store.sql(db, text))).reason, "query", text)
        }
        assert.deepStrictEqual(yield* Store.sql(db, "SELECT df, t975 AS t FROM student_t WHERE df < 3"), {
          columns: ["df", "t"],
          rows: [[1, 12.7062047362], [2, 4.3026527297]]
        })
        assert.deepStrictEqual((yield* Store.sql(db, "SELECT * FROM metric_key")).rows, [])
      }))
      writer.close()
      assert.isFalse(fs.existsSync(copy))
      assert.isTrue(before.equals(fs.readFileSync(file)))
    }))
})

describe("the lock of a running study", () => {
  it.live("names the living process, and is free again once that is killed", () =>
    Effect.gen(function*() {
      const file = yield* fresh
      const holder = spawn(process.execPath, [child("lock"), file], { stdio: ["ignore", "pipe", "inherit"] })
      yield* firstLine(holder)
      const error = yield* Effect.flip(Effect.scoped(Store.lock(file)))
      assert.strictEqual(error.reason, "running")
      assert.include(error.message, `process (${holder.pid})`)
      holder.kill("SIGKILL")
      yield* exited(holder)
      yield* Effect.scoped(Store.lock(file))
      yield* Effect.scoped(Store.lock(file))
    }), 20_000)
})
