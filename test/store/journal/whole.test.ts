/** How often the files of artifacts are read: not to be known, once a process to be used, and whenever they may be others. */
import { afterAll, assert, beforeAll, beforeEach, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import promises from "node:fs/promises"
import { syncBuiltinESMExports } from "node:module"
import * as Store from "../../../src/store/index.ts"
import { type Files, filesIn, type Opened, opened, pathOf, put, rows, stageOf, stepOf, temporaryFolder } from "../support.ts"

/** Files that were opened to be hashed. Large ones are opened here, and nothing else is. */
const read: Array<string> = []
const { open } = promises
const openWith = (how: typeof open): void => {
  promises.open = how
  syncBuiltinESMExports()
}
beforeAll(() =>
  openWith((path, flags, mode) => {
    if (flags === "r") read.push(String(path))
    return open(path, flags, mode)
  }))
afterAll(() => openWith(open))
beforeEach(() => void read.splice(0))

/** As another process would: with a journal of its own. */
const later = <A, E>(files: Files, body: (journal: Opened) => Effect.Effect<A, E>) =>
  Effect.scoped(Effect.provide(Effect.flatMap(opened, body), Store.layer(files)))

const large = (text: string): string => text.repeat(100_000)

/** A finished stage with a large result and a large policy. */
const finished = Effect.gen(function*() {
  const files = filesIn(yield* temporaryFolder)
  const left = yield* later(files, (journal) =>
    Effect.gen(function*() {
      const id = yield* journal.openStage(stageOf("f"))
      const [output, subject] = [yield* journal.putText("application/json", JSON.stringify(large("o"))), yield* put(journal, large("s"))]
      yield* journal.closeStage(id, { output, subject })
      return { output, subject }
    }))
  assert.deepStrictEqual(read, [], "what is put down is hashed as it is synced")
  return { files, ...left, path: pathOf(files, left.subject) }
})

const isFound = (files: Files) => later(files, (journal) => Effect.map(journal.findStage("f"), (found) => found !== undefined))

/** Other bytes of the same length, under the same time. */
const alter = (path: string): void => {
  const { atime, mtime } = fs.statSync(path)
  fs.writeFileSync(path, fs.readFileSync(path, "utf8").replace("s", "t"))
  fs.utimesSync(path, atime, mtime)
}

describe("the file of an artifact", () => {
  it.live("is not read while it is only asked whether its stage is finished, and once where it is used", () =>
    Effect.gen(function*() {
      const { files, output, path, subject } = yield* finished
      yield* later(files, (journal) =>
        Effect.gen(function*() {
          assert.isDefined(yield* journal.findStage("f"))
          assert.deepStrictEqual([...yield* journal.finished(["f"])], ["f"])
          assert.deepStrictEqual(read, [])
          const fetched = Array.from({ length: 3 }, () => journal.fetch(subject))
          assert.deepStrictEqual(yield* Effect.all(fetched, { concurrency: "unbounded" }), [path, path, path])
          assert.strictEqual(yield* journal.fetch(subject), path)
          assert.deepStrictEqual(read, [path])
          assert.strictEqual(yield* journal.text(output), JSON.stringify(large("o")))
          assert.deepStrictEqual(read, [path, pathOf(files, output)])
        }))
    }))

  it.live("is read once more where it has another stamp, as that of a copy has, and not again", () =>
    Effect.gen(function*() {
      const { files, output, subject } = yield* finished
      const copied = filesIn(yield* temporaryFolder)
      fs.copyFileSync(files.file, copied.file)
      fs.cpSync(files.objects, copied.objects, { recursive: true, preserveTimestamps: true })
      assert.isTrue(yield* isFound(copied))
      assert.sameMembers(read.splice(0), [output, subject].map((one) => pathOf(copied, one)))
      assert.isTrue(yield* isFound(copied))
      assert.deepStrictEqual(read, [])
    }))

  it.live("is read, and not taken, where it was altered and its time set back", () =>
    Effect.gen(function*() {
      const { files, path } = yield* finished
      alter(path)
      assert.isFalse(yield* isFound(files))
      assert.isFalse(yield* isFound(files))
      assert.deepStrictEqual(read, [path, path])
    }))

  it.live("is not used where its bits changed and its stamp did not, and what made it runs anew", () =>
    Effect.gen(function*() {
      const { files, path, subject } = yield* finished
      alter(path)
      const { ctimeNs, dev, ino, mtimeNs, size } = fs.statSync(path, { bigint: true })
      const writer = new Sqlite(files.file)
      writer.prepare("UPDATE artifact SET stamp = ? WHERE hash = ?").run([dev, ino, size, mtimeNs, ctimeNs].join(":"), subject.hash)
      writer.close()
      assert.isTrue(yield* isFound(files))
      const { message } = yield* later(files, (journal) => Effect.flip(journal.fetch(subject)))
      assert.include(message, `${path} is lost or altered`)
      assert.isFalse(yield* isFound(files))
    }))

  it.live("of a training state is read when the loop goes on from it, and not to plan that", () =>
    Effect.gen(function*() {
      const files = filesIn(yield* temporaryFolder)
      const { checkpoint, id } = yield* later(files, (journal) =>
        Effect.gen(function*() {
          const id = yield* journal.openStage(stageOf("loop"))
          const checkpoint = yield* put(journal, large("c"))
          yield* journal.commitStep(id, { ...stepOf(0, [["loss", 1]]), checkpoint })
          return { checkpoint, id }
        }))
      yield* later(files, (journal) =>
        Effect.gen(function*() {
          assert.strictEqual(yield* journal.unfinishedStep("loop"), 0)
          assert.deepStrictEqual(read, [])
          assert.strictEqual((yield* journal.lastCheckpoint(id))?.step, 0)
          yield* journal.fetch(checkpoint)
          assert.deepStrictEqual(read, [pathOf(files, checkpoint)])
        }))
    }))

  it.live("is read once after a database of a version without stamps was brought up to date", () =>
    Effect.gen(function*() {
      const { files, output, subject } = yield* finished
      const writer = new Sqlite(files.file)
      writer.exec("UPDATE artifact SET stamp = NULL")
      writer.close()
      assert.isTrue(yield* isFound(files))
      assert.sameMembers(read.splice(0), [output, subject].map((one) => pathOf(files, one)))
      assert.isTrue(yield* isFound(files))
      assert.deepStrictEqual(read, [])
      assert.deepStrictEqual(yield* rows(files.file, "SELECT count(*) FROM artifact WHERE stamp IS NULL"), [[0]])
    }))
})
