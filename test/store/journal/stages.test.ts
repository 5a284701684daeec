/** Stages of a journal: found once they are finished and whole, and the curves that they left. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import { oneRun, pathOf, put, rows, sampleOf, stageOf, stepOf, withJournal, writeStudy } from "../support.ts"

describe("stages", () => {
  const finish = (journal: Parameters<Parameters<typeof withJournal>[0]>[0]) =>
    Effect.gen(function*() {
      const id = yield* journal.openStage(stageOf("f", { inputs: [{ role: "input", fingerprint: "g" }] }))
      const [output, subject] = [yield* put(journal, "output"), yield* put(journal, "subject")]
      yield* journal.closeStage(id, { output, subject, records: stepOf(0, [["mAP", 1]], [sampleOf(0)]) })
      return { id, output, subject }
    })

  it.live("a finished one is found, with its artifacts", () =>
    withJournal((journal) =>
      Effect.gen(function*() {
        assert.isUndefined(yield* journal.findStage("f"))
        const { id, output, subject } = yield* finish(journal)
        assert.deepStrictEqual(yield* journal.findStage("f"), { id, output, subject })
        assert.isUndefined(yield* journal.unfinishedStep("f"))
      })
    ))

  for (const which of ["output", "subject"] as const) {
    it.live(`is not found when its ${which} is missing or altered, even by one byte of the same length`, () =>
      withJournal((journal, files) =>
        Effect.gen(function*() {
          const finished = yield* finish(journal)
          const path = pathOf(files, finished[which])
          const content = fs.readFileSync(path)
          assert.isDefined(yield* journal.findStage("f"))
          fs.writeFileSync(path, content.toString().replace("u", "v"))
          fs.utimesSync(path, new Date(), new Date(Date.now() + 1000))
          assert.isUndefined(yield* journal.findStage("f"))
          fs.rmSync(path)
          assert.isUndefined(yield* journal.findStage("f"))
          yield* put(journal, which)
          assert.isDefined(yield* journal.findStage("f"))
        })
      ))
  }

  it.live("a stale one is cleared when opened again, and runs that rested on it are planned anew", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* writeStudy(journal, "e", oneRun)
        const id = yield* journal.openStage(stageOf("f", { kind: "evaluate" }))
        assert.deepStrictEqual(yield* rows(file, "SELECT id, status, output FROM stage"), [[id, "running", null]])
        const counts = "SELECT (SELECT count(*) FROM metric), (SELECT count(*) FROM sample)"
        assert.deepStrictEqual(yield* rows(file, counts), [[0, 0]])
        assert.deepStrictEqual(yield* rows(file, "SELECT status FROM missing"), [["planned"]])
      })
    ))

  it.live("a finished one stays so, though something fails behind it", () =>
    withJournal((journal) =>
      Effect.gen(function*() {
        const stage = yield* journal.openStage(stageOf("f"))
        yield* journal.commitStep(stage, stepOf(0, [["loss", 1]]))
        yield* journal.closeStage(stage, { output: yield* put(journal, "out") })
        yield* journal.failStage(stage, "the shared folder is full")
        assert.strictEqual((yield* journal.findStage("f"))?.id, stage)
      })
    ))

  it.live("a failed one keeps its steps and its reason, and can be taken up again", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        const id = yield* journal.openStage(stageOf("f"))
        yield* journal.commitStep(id, stepOf(0, [["loss", 1]]))
        yield* journal.failStage(id, "out of memory")
        assert.deepStrictEqual(yield* rows(file, "SELECT status, error FROM stage"), [["failed", "out of memory"]])
        assert.strictEqual(yield* journal.openStage(stageOf("f")), id)
        assert.deepStrictEqual(yield* rows(file, "SELECT status, error FROM stage"), [["running", null]])
        assert.deepStrictEqual(yield* rows(file, "SELECT step, value FROM metric"), [[0, 1]])
      })
    ))
})

describe("curves", () => {
  it.live("hold every step of a finished stage, null for what is no finite number", () =>
    withJournal((journal) =>
      Effect.gen(function*() {
        const id = yield* journal.openStage(stageOf("f"))
        for (const [step, loss] of [3, NaN, 1].entries()) yield* journal.commitStep(id, stepOf(step, [["loss", loss], ["rate", 7]]))
        assert.deepStrictEqual(yield* journal.curve("f", "loss"), [])
        yield* journal.closeStage(id, { output: yield* put(journal, "output") })
        assert.deepStrictEqual(yield* journal.curve("f", "loss"), [{ step: 0, value: 3 }, { step: 1, value: null }, { step: 2, value: 1 }])
        assert.deepStrictEqual(yield* journal.curve("f", "watch/loss"), [])
      })
    ))
})
