/** Claims between processes: two connections of this process stand for them, since each is a worker of its own. */
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { execFileSync } from "node:child_process"
import { chmodSync } from "node:fs"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import { Claims } from "../../src/pipeline/run/Claims.ts"
import * as Store from "../../src/store/index.ts"
import { beginRun, type Files, filesIn, opened, put, stageOf, stepOf, temporaryFolder } from "./support.ts"

const worker = (files: Files) =>
  Effect.map(Layer.build(Store.workingLayer(files)), (context) => ({
    claims: Context.get(context, Claims),
    journal: <A, E>(work: (journal: Effect.Success<typeof opened>) => Effect.Effect<A, E>) =>
      Effect.provideContext(Effect.flatMap(opened, work), context)
  }))

/** What another process does that finds all others dead: it takes their claims away. */
const buryAll = ({ file }: Files) => {
  const db = new Sqlite(file)
  db.pragma("foreign_keys = ON")
  db.exec("DELETE FROM worker")
  db.close()
}

const two = Effect.gen(function*() {
  const files = filesIn(yield* temporaryFolder)
  return { files, one: yield* worker(files), other: yield* worker(files) }
})

describe("a claim", () => {
  it.live("is one's alone: the other is told, or waits", () =>
    Effect.scoped(Effect.gen(function*() {
      const { one, other } = yield* two
      const done: Array<string> = []
      const [began, end] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const first = yield* Effect.forkChild(one.claims.claim("s", Effect.gen(function*() {
        yield* Deferred.succeed(began, undefined)
        yield* Deferred.await(end)
        done.push("one")
      })))
      yield* Deferred.await(began)
      assert.isTrue(Option.isNone(yield* other.claims.attempt("s", Effect.sync(() => done.push("never")))))
      assert.isTrue(Option.isSome(yield* other.claims.attempt("t", Effect.void)), "another name is free")
      const second = yield* Effect.forkChild(other.claims.claim("s", Effect.sync(() => done.push("other"))))
      yield* Effect.sleep("500 millis")
      assert.deepStrictEqual(done, [])
      yield* Deferred.succeed(end, undefined)
      yield* Effect.andThen(Fiber.join(first), Fiber.join(second))
      assert.deepStrictEqual(done, ["one", "other"])
    })), 20_000)

  it.live("is free again when its process ends, and when its work fails", () =>
    Effect.scoped(Effect.gen(function*() {
      const files = filesIn(yield* temporaryFolder)
      const stays = yield* worker(files)
      yield* Effect.scoped(Effect.gen(function*() {
        const leaves = yield* worker(files)
        assert.strictEqual(yield* Effect.flip(leaves.claims.claim("s", Effect.fail("no"))), "no")
        assert.isTrue(Option.isSome(yield* stays.claims.attempt("s", Effect.void)))
        yield* Effect.forkChild(leaves.claims.claim("s", Effect.never))
        yield* Effect.sleep("100 millis")
        assert.isTrue(Option.isNone(yield* stays.claims.attempt("s", Effect.void)))
      }))
      assert.isTrue(Option.isSome(yield* stays.claims.attempt("s", Effect.void)))
    })), 20_000)

  it.live("that was lost lets nothing be written, and its work is done again once it is back", () =>
    Effect.scoped(Effect.gen(function*() {
      const { files, one } = yield* two
      let tries = 0
      const stage = yield* one.claims.claim("s", one.journal((journal) =>
        Effect.gen(function*() {
          const stage = yield* journal.openStage(stageOf("s"))
          if (tries++ === 0) buryAll(files)
          yield* journal.rewind(stage, -1)
          yield* journal.commitStep(stage, stepOf(0, [["loss", 1]]))
          return stage
        })))
      assert.strictEqual(tries, 2)
      const error = yield* Effect.flip(one.journal((journal) => journal.commitStep(stage, stepOf(1, [["loss", 1]]))))
      assert.include(error.message, "took this stage over")
    })), 20_000)

  it.live("that was lost lets nobody open, and so empty, what another finished meanwhile", () =>
    Effect.scoped(Effect.gen(function*() {
      const { files, one, other } = yield* two
      const finish = other.claims.claim("s", other.journal((journal) =>
        Effect.gen(function*() {
          const stage = yield* journal.openStage(stageOf("s"))
          yield* journal.closeStage(stage, { output: yield* put(journal, "theirs") })
        })))
      let tries = 0
      yield* one.claims.claim("s", Effect.gen(function*() {
        if (tries++ > 0) return
        buryAll(files)
        yield* finish
        yield* one.journal((journal) => journal.openStage(stageOf("s")))
      }))
      assert.strictEqual(tries, 2)
      assert.isDefined(yield* one.journal((journal) => journal.findStage("s")))
    })), 20_000)
})

describe("two processes on one database", () => {
  it.live("leave each other's files and runs alone", () =>
    Effect.scoped(Effect.gen(function*() {
      const { files, one, other } = yield* two
      // both come to the same content; the one's stage that names it goes, and the other is about to name it
      const theirs = yield* other.journal((journal) => put(journal, "same"))
      yield* one.claims.claim("s", one.journal((journal) =>
        Effect.gen(function*() {
          const stage = yield* journal.openStage(stageOf("s"))
          yield* journal.commitStep(stage, { ...stepOf(0, []), checkpoint: yield* put(journal, "same") })
          yield* journal.rewind(stage, -1)
        })))
      yield* other.claims.claim("t", other.journal((journal) =>
        Effect.flatMap(journal.openStage(stageOf("t")), (stage) => journal.closeStage(stage, { output: theirs }))))
      assert.isDefined(yield* one.journal((journal) => journal.findStage("t")), "its file is there")

      const run = yield* one.claims.claim("e", one.journal((journal) => beginRun(journal, "e")))
      yield* one.claims.claim(`run ${run}`, Effect.gen(function*() {
        yield* other.claims.claim("e", other.journal((journal) => beginRun(journal, "e")))
        yield* other.journal((journal) => journal.closeRun(run, "interrupted"))
        const [status] = yield* Effect.scoped(Effect.flatMap(Store.openForReading({ file: files.file }), (db) =>
          Effect.map(Store.sql(db, "SELECT status FROM run"), ({ rows }) => rows.flat())))
        assert.strictEqual(status, "running")
      }))
    })), 20_000)

  it.live("are seen at work also by who may read the database and not write its lock", () =>
    Effect.gen(function*() {
      const files = filesIn(yield* temporaryFolder)
      const lock = `${files.file}.lock`
      const seen = Effect.sync(() => {
        chmodSync(dirname(files.file), 0o755)
        chmodSync(lock, 0o444)
        return execFileSync(process.execPath, [fileURLToPath(new URL("children/seesHeld.ts", import.meta.url)), files.file], { encoding: "utf8" })
      })
      yield* Effect.scoped(Effect.gen(function*() {
        yield* worker(files)
        yield* worker(files) // the lock is shared
        assert.strictEqual(yield* seen, process.platform === "linux" ? "true" : "false")
      }))
      chmodSync(lock, 0o644)
      yield* Effect.scoped(Effect.gen(function*() {
        yield* Store.lock(files.file)
        assert.strictEqual(yield* seen, "true")
      }))
      assert.strictEqual(yield* seen, "false")
    }), 30_000)

  it.live("hold the lock together, which nobody gets alone before both are gone", () =>
    Effect.gen(function*() {
      const files = filesIn(yield* temporaryFolder)
      const refused = Effect.map(Effect.flip(Effect.scoped(Store.lock(files.file))), ({ reason }) => reason)
      yield* Effect.scoped(Effect.gen(function*() {
        yield* worker(files)
        yield* Effect.scoped(Effect.andThen(worker(files), Effect.map(refused, (reason) => assert.strictEqual(reason, "running"))))
        assert.strictEqual(yield* refused, "running")
        assert.isTrue(Store.isHeld(files.file))
      }))
      assert.isFalse(Store.isHeld(files.file))
      yield* Effect.scoped(Effect.gen(function*() {
        yield* Store.lock(files.file)
        const busy = yield* Effect.flip(Effect.asVoid(worker(files)))
        assert.include(busy.message, "is writing to")
      }))
    }), { tags: ["long"], timeout: 30_000 })
})
