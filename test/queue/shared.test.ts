/** What machines share in a folder, as the ledgers of a submitter and of a worker see it. */
import * as fs from "node:fs"
import { join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { assert, describe, it } from "vitest"
import { Claims } from "../../src/pipeline/run/Claims.ts"
import { Ledger } from "../../src/pipeline/run/ledger.ts"
import * as Shared from "../../src/queue/Shared.ts"
import * as Store from "../../src/store/index.ts"
import { beginRun, filesIn, opened, pathOf, put, stageOf, stepOf, temporaryFolder } from "../store/support.ts"

/** A database in the folder, with all that it is written by. */
const machine = Effect.fnUntraced(function*(folder: string, name: string) {
  const files = filesIn(join(folder, name))
  fs.mkdirSync(join(folder, name))
  return { files, services: yield* Layer.build(Store.workingLayer(files)) }
})

describe("what a worker knows of what others have finished", () => {
  it("is for its plan that they are, and is brought when a run comes to it", () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const shared = yield* Shared.make(join(folder, "shared"))
      const [one, other] = [yield* machine(folder, "one"), yield* machine(folder, "other")]
      const weights = yield* Context.get(one.services, Claims).claim("finished", Effect.provideContext(Effect.gen(function*() {
        const journal = yield* opened
        yield* beginRun(journal, "finished")
        const stage = yield* journal.openStage(stageOf("finished"))
        const weights = yield* put(journal, "w".repeat(100_000))
        yield* journal.closeStage(stage, { output: yield* put(journal, "null"), subject: weights, records: stepOf(0, [["loss", 1]]) })
        yield* Shared.giveStage(shared, "finished")
        return weights
      }), one.services))
      const ledger = Context.get(Shared.sharing(other.services, shared, Shared.workersLedger), Ledger)
      assert.deepStrictEqual([...yield* ledger.finished(["finished", "open"])], ["finished"])
      assert.isFalse(fs.existsSync(pathOf(other.files, weights)), "nothing was brought for that")
      assert.deepStrictEqual((yield* ledger.findStage("finished"))?.subject, weights)
      assert.isTrue(fs.existsSync(pathOf(other.files, weights)))
      assert.isUndefined(yield* ledger.findStage("open"))
    }))))
})

describe("a stage that another machine was given meanwhile", () => {
  it("is not ended here, and what it left goes to nobody", () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const shared = yield* Shared.make(join(folder, "shared"))
      const { services } = yield* machine(folder, "one")
      const own = Context.get(services, Claims)
      yield* own.claim("e", Effect.gen(function*() {
        const context = Shared.sharing(Context.add(services, Claims, { ...own, holds: () => Effect.succeed(false) }), shared, Shared.workersLedger)
        yield* Effect.provideContext(Effect.gen(function*() {
          const journal = yield* opened
          yield* beginRun(journal, "e")
          const stage = yield* journal.openStage(stageOf("e"))
          const error = yield* Effect.flip(journal.closeStage(stage, { output: yield* put(journal, "null") }))
          assert.include(error.message, "Another worker took this stage over")
          assert.isUndefined(yield* journal.findStage("e"))
        }), context)
      }))
      assert.deepStrictEqual(fs.readdirSync(join(folder, "shared")), ["shared-by-assay"])
    }))))
})

describe("a stage that is executed here, since what another machine left of it is damaged", () => {
  it("is not replaced by that when another cell looks for it meanwhile, and is there when it ends", () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const shared = yield* Shared.make(join(folder, "shared"))
      const [one, other] = [yield* machine(folder, "one"), yield* machine(folder, "other")]
      const execute = Effect.fnUntraced(function*(meanwhile: Effect.Effect<unknown, unknown, Ledger>) {
        const journal = yield* opened
        yield* beginRun(journal, "e")
        const stage = yield* journal.openStage(stageOf("e"))
        const weights = yield* put(journal, "w".repeat(100_000))
        yield* journal.commitStep(stage, stepOf(0, [["loss", 1]]))
        yield* meanwhile
        yield* journal.closeStage(stage, { output: yield* put(journal, "null"), subject: weights, records: stepOf(1, [["loss", 0.5]]) })
        return weights
      })
      const there = Shared.sharing(one.services, shared, Shared.ledger)
      const given = yield* Context.get(there, Claims).claim("e", Effect.provideContext(execute(Effect.void), there))
      fs.writeFileSync(join(folder, "shared/objects", given.hash.slice(0, 2), given.hash.slice(2)), "damaged")
      const context = Shared.sharing(other.services, shared, Shared.ledger)
      const ledger = Context.get(context, Ledger)
      assert.isUndefined(yield* ledger.findStage("e"), "what it left is not what its name says")
      yield* Context.get(context, Claims).claim("e", Effect.provideContext(execute(ledger.findStage("e")), context))
      assert.deepStrictEqual((yield* ledger.findStage("e"))?.subject, given)
    }))))
})

describe("a training state", () => {
  /** A stage that one machine began and came to a state of, and another takes over; what `between` the two becomes of it. */
  const takenOver = (meanwhile: (unfinished: string) => void) =>
    Effect.scoped(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const shared = yield* Shared.make(join(folder, "shared"))
      const [one, other] = [yield* machine(folder, "one"), yield* machine(folder, "other")]
      const unfinished = join(folder, "shared", shared.unfinished("e"))
      const on = <A, E>(services: typeof one.services, work: (journal: Effect.Success<typeof opened>, stage: number) => Effect.Effect<A, E>) => {
        const context = Shared.sharing(services, shared, Shared.workersLedger)
        return Context.get(context, Claims).claim("e", Effect.provideContext(Effect.gen(function*() {
          const journal = yield* opened
          yield* beginRun(journal, "e")
          return yield* work(journal, yield* journal.openStage(stageOf("e")))
        }), context))
      }
      yield* on(one.services, (journal, stage) =>
        Effect.flatMap(put(journal, "state"), (checkpoint) => journal.commitStep(stage, { ...stepOf(0, [["loss", 1]]), checkpoint })))
      meanwhile(unfinished)
      const step = yield* on(other.services, (journal, stage) =>
        Effect.gen(function*() {
          const found = yield* journal.lastCheckpoint(stage)
          yield* journal.closeStage(stage, { output: yield* put(journal, "null"), records: stepOf(1, [["loss", 0.5]]) })
          return found?.step
        }))
      return { step, isLeft: fs.existsSync(unfinished) }
    }))

  it("is gone on from by the machine that takes the stage over, and is gone when that ends", () =>
    Effect.runPromise(Effect.gen(function*() {
      assert.deepStrictEqual(yield* takenOver((unfinished) => assert.isTrue(fs.existsSync(unfinished))), { step: 0, isLeft: false })
    })))

  it("that is damaged or gone fails nothing: the stage begins anew", () =>
    Effect.runPromise(Effect.gen(function*() {
      assert.isUndefined((yield* takenOver((unfinished) => fs.writeFileSync(unfinished, "damaged"))).step)
      assert.isUndefined((yield* takenOver((unfinished) => fs.rmSync(unfinished))).step)
      // nor does one that cannot be read
      assert.isUndefined((yield* takenOver((unfinished) => {
        fs.rmSync(unfinished)
        fs.mkdirSync(unfinished)
      })).step)
    })))
})

describe("the id of what machines share", () => {
  it("is waited for where somebody else is just writing it", () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const file = join(folder, "shared-by-assay")
      fs.writeFileSync(file, "")
      setTimeout(() => fs.writeFileSync(file, "theirs"), 300)
      assert.strictEqual((yield* Shared.make(folder)).id, "theirs")
    }))))
})
