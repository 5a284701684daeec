/** What comes over when runs are moved names every table that there is, and every version that there was. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import Sqlite from "better-sqlite3"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Store from "../../src/store/index.ts"
import { moved, staying } from "../../src/store/move/merge.ts"
import { packId } from "../../src/store/move/packFile.ts"
import { earlier, make } from "./earlier.ts"
import { beginRun, filesIn, put, reading, rows, sampleOf, stageOf, stepOf, temporaryFolder, withJournal } from "./support.ts"

it.effect("every table of a database comes over with its runs, or is known to stay", () =>
  withJournal((_, { file }) =>
    Effect.gen(function*() {
      const { rows } = yield* reading(file, (db) => Store.sql(db, "SELECT name FROM sqlite_schema WHERE type = 'table'"))
      assert.sameMembers([...moved, ...staying], rows.map(([name]) => String(name)))
    })
  ))

it.effect("files come over with the executions that do: an older pack after a newer one brings none", () =>
  withJournal((journal, files) =>
    Effect.scoped(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const pack = (name: string) => Store.pack({ ...files, pictureOf: (image) => image }, "e", path.join(folder, name))
      const run = yield* beginRun(journal, "e")
      const stage = yield* journal.openStage(stageOf("e"))
      yield* journal.commitStep(stage, { ...stepOf(0, [["loss", 2]]), checkpoint: yield* put(journal, "half of it") })
      yield* pack("older.pack")
      yield* journal.closeStage(stage, { output: yield* put(journal, "all of it") })
      yield* journal.closeRun(run, "done")
      yield* pack("newer.pack")
      const here = filesIn(folder)
      const unpack = (name: string) => Effect.scoped(Store.unpack({ ...here, alone: true }, folder, path.join(folder, name)))
      const unused = Effect.map(reading(here.file, (handle) => Store.unused(handle, here.objects)), ({ files }) => files)
      assert.strictEqual((yield* unpack("newer.pack")).files, 1)
      const stamped = (file: string) => rows(file, "SELECT stamp IS NOT NULL FROM artifact WHERE content IS NULL")
      assert.deepStrictEqual([yield* stamped(files.file), yield* stamped(here.file)], [[[1]], [[1]]], "whoever put the file down knows it")
      const packed = new Sqlite(path.join(folder, "newer.pack"), { readonly: true })
      assert.deepStrictEqual(packed.prepare("SELECT stamp FROM artifact").pluck().all(), [null], "files of another machine are others")
      packed.close()
      assert.strictEqual((yield* unpack("older.pack")).files, 0)
      assert.deepStrictEqual(yield* unused, [])
      fs.rmSync(here.objects, { recursive: true })
      assert.strictEqual((yield* unpack("newer.pack")).files, 1, "what is here has lost its file")
    }))
  ))

it.effect("of a run that is unfinished in several packs, the training state that is furthest counts, in whatever order they are taken", () =>
  withJournal((journal, files) =>
    Effect.scoped(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      yield* beginRun(journal, "e")
      const stage = yield* journal.openStage(stageOf("e"))
      for (const step of [0, 1]) {
        yield* journal.commitStep(stage, { ...stepOf(step, [["loss", 2 - step]]), checkpoint: yield* put(journal, `after ${step}`) })
        yield* Store.pack({ ...files, pictureOf: (image) => image }, "e", path.join(folder, `${step}.pack`))
      }
      const here = filesIn(folder)
      const unpack = (name: string) => Effect.scoped(Store.unpack({ ...here, alone: true }, folder, path.join(folder, name)))
      const state = rows(here.file, "SELECT c.step, count(m.value) FROM checkpoint c JOIN metric m ON m.stage = c.stage GROUP BY 1")
      for (const [pack, files, expected] of [["0.pack", 1, [0, 1]], ["1.pack", 1, [1, 2]], ["1.pack", 0, [1, 2]], ["0.pack", 0, [1, 2]]] as const) {
        assert.strictEqual((yield* unpack(pack)).files, files)
        assert.deepStrictEqual(yield* state, [expected])
      }
    }))
  ))

it.effect("pictures that are the same under several names are packed once, and every sample finds its own", () =>
  withJournal((journal, files) =>
    Effect.scoped(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const images = ["a", "b", "other"].map((name) => path.join(folder, `${name}.png`))
      images.forEach((image, i) => fs.writeFileSync(image, i < 2 ? "the same" : "another"))
      const run = yield* beginRun(journal, "e")
      const stage = yield* journal.openStage(stageOf("e"))
      const samples = [0, 1, 2, 0].map((image, ordinal) => sampleOf(ordinal, { details: { image: images[image]!, width: 1, height: 1, inputWidth: 1, inputHeight: 1 } }))
      yield* journal.closeStage(stage, { output: yield* put(journal, "x"), records: stepOf(0, [["loss", 1]], samples) })
      yield* journal.closeRun(run, "done")
      const pack = path.join(folder, "e.pack")
      assert.strictEqual((yield* Store.pack({ ...files, pictureOf: (image) => image }, "e", pack)).pictures, 3)
      const here = filesIn(path.join(folder, "here"))
      fs.mkdirSync(path.join(folder, "here"))
      yield* Store.unpack({ ...here, alone: true }, path.join(folder, "here"), pack)
      const { rows } = yield* reading(here.file, (db) =>
        Store.sql(db, "SELECT t.content ->> '$.image' FROM completion c JOIN text t ON t.id = c.details ORDER BY c.ordinal"))
      assert.deepStrictEqual(rows.map(([image]) => fs.readFileSync(path.join(folder, "here", String(image)), "utf8")), ["the same", "the same", "another", "the same"])
    }))
  ))

it.effect("a file that is cut off on its way out of a pack is not taken for one that came over", () =>
  withJournal((journal, files) =>
    Effect.scoped(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const pack = path.join(folder, "e.pack")
      const run = yield* beginRun(journal, "e")
      const weights = yield* put(journal, "w".repeat(100_000))
      yield* journal.closeStage(yield* journal.openStage(stageOf("e")), { output: yield* put(journal, "x"), subject: weights })
      yield* journal.closeRun(run, "done")
      yield* Store.pack({ ...files, pictureOf: (image) => image }, "e", pack)
      yield* Store.checkPack(pack)
      const db = new Sqlite(pack) // spoilt after it was checked, as a disk that is full or failing would
      db.exec("UPDATE packed SET content = substr(content, 2) WHERE kind = 'object'")
      db.close()
      const here = filesIn(folder)
      const error = yield* Effect.flip(Effect.scoped(Store.unpack({ ...here, alone: true }, folder, pack)))
      assert.include(error.message, `e.pack is damaged: a file in it is not ${weights.hash.slice(0, 12)}`)
      assert.isFalse(fs.existsSync(path.join(here.objects, weights.hash.slice(0, 2), weights.hash.slice(2))))
    }))
  ))

const numbers = (file: string) =>
  reading(file, (db) => Store.sql(db, "SELECT experiment, variant, seed, metric, value FROM final_metric ORDER BY 1, 2, 3, 4"))

it.live.each(earlier)("a pack of schema version %i is brought up to date on its way, and stays as it is", (version) =>
  Effect.scoped(Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const [pack, whole] = [path.join(folder, "old.pack"), path.join(folder, "whole.db")]
    for (const file of [pack, whole]) make(file, version)
    const db = new Sqlite(pack)
    const runs = Number(db.prepare("SELECT count(*) FROM run").pluck().get())
    db.exec("CREATE TABLE packed (kind TEXT, name TEXT, part INTEGER, content BLOB)")
    db.pragma(`application_id = ${packId}`)
    db.close()
    const here = filesIn(path.join(folder, "here"))
    fs.mkdirSync(path.join(folder, "here"))
    const before = fs.readFileSync(pack)
    const unpacked = yield* Store.unpack({ ...here, alone: true }, path.join(folder, "here"), pack)
    assert.deepInclude(unpacked.runs, { added: runs, here: 0 })
    assert.deepStrictEqual(fs.readFileSync(pack), before)
    yield* Effect.provide(Effect.void, Store.layer({ file: whole, objects: here.objects }))
    assert.deepStrictEqual(yield* numbers(here.file), yield* numbers(whole))
  })))
