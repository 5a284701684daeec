/** Checkpoints of a journal, and their files. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import type { Artifact, StepRecord } from "../../../src/pipeline/run/Records.ts"
import * as Store from "../../../src/store/index.ts"
import { beginRun, opened, pathOf, put, rows, sampleOf, stageOf, stepOf, withJournal } from "../support.ts"

describe("checkpoints", () => {
  it.live("that a neighbour in the same folder names as well keep their file", () =>
    withJournal((journal, files) =>
      Effect.gen(function*() {
        const neighbour = Store.layer({ ...files, file: files.file.replace("runs", "other") })
        const same = yield* Effect.provide(Effect.flatMap(opened, (theirs) =>
          Effect.gen(function*() {
            yield* beginRun(theirs, "theirs")
            const stage = yield* theirs.openStage(stageOf("theirs"))
            yield* theirs.commitStep(stage, { ...stepOf(0, []), checkpoint: yield* put(theirs, "weights after the first step") })
            return yield* put(theirs, "weights after the first step")
          })), neighbour)
        const stage = yield* journal.openStage(stageOf("ours"))
        const own = yield* put(journal, "weights of ours alone")
        yield* journal.commitStep(stage, { ...stepOf(0, []), checkpoint: yield* put(journal, "weights after the first step") })
        yield* journal.commitStep(stage, { ...stepOf(1, []), checkpoint: own })
        yield* journal.commitStep(stage, { ...stepOf(2, []), checkpoint: yield* put(journal, "weights after the last step") })
        assert.isTrue(fs.existsSync(pathOf(files, same)))
        assert.isFalse(fs.existsSync(pathOf(files, own)))
      })))

  const stepWith = (step: number, checkpoint: Artifact): StepRecord => ({
    ...stepOf(step, [["loss", step]], [sampleOf(0)]),
    checkpoint
  })

  it.live("only the newest is kept, and its file with it", () =>
    withJournal((journal, files) =>
      Effect.gen(function*() {
        const id = yield* journal.openStage(stageOf("f"))
        const [old, young] = [yield* put(journal, "step 0"), yield* put(journal, "step 1")]
        yield* journal.commitStep(id, stepWith(0, old))
        yield* journal.commitStep(id, stepWith(1, young))
        assert.deepStrictEqual(yield* journal.lastCheckpoint(id), { step: 1, artifact: young })
        assert.strictEqual(yield* journal.unfinishedStep("f"), 1)
        assert.isFalse(fs.existsSync(pathOf(files, old)))
        fs.rmSync(pathOf(files, young))
        assert.isUndefined(yield* journal.lastCheckpoint(id))
      })
    ))

  it.live("that need best weights from before them are none without these, as they were", () =>
    withJournal((journal, files) =>
      Effect.gen(function*() {
        const id = yield* journal.openStage(stageOf("f"))
        const [early, late] = [yield* put(journal, "best of step 0"), yield* put(journal, "best of step 2")]
        const checkpoint = yield* put(journal, "state after step 1")
        yield* journal.commitStep(id, { ...stepOf(0, []), best: { value: 1, artifact: early } })
        yield* journal.commitStep(id, stepWith(1, checkpoint))
        yield* journal.commitStep(id, { ...stepOf(2, []), best: { value: 2, artifact: late } })
        fs.rmSync(pathOf(files, late)) // of a step that is done again
        assert.deepStrictEqual(yield* journal.lastCheckpoint(id), { step: 1, artifact: checkpoint })
        assert.include((yield* Effect.flip(journal.bestWeights(id))).message, "The best weights so far, those of step 2, are lost or altered")
        yield* journal.rewind(id, 1)
        assert.deepStrictEqual(yield* journal.bestWeights(id), { step: 0, value: 1, artifact: early })
        fs.writeFileSync(pathOf(files, early), "altered weights")
        assert.isUndefined(yield* journal.lastCheckpoint(id))
        assert.isUndefined(yield* journal.unfinishedStep("f"))
        assert.include((yield* Effect.flip(journal.bestWeights(id))).message, "Run the study again: the loop then begins anew.")
        yield* journal.rewind(id, -1)
        assert.isUndefined(yield* journal.bestWeights(id))
      })
    ))

  it.live("a file that anything else names, or is about to name, stays", () =>
    withJournal((journal, files) =>
      Effect.gen(function*() {
        const [a, b] = [yield* journal.openStage(stageOf("a")), yield* journal.openStage(stageOf("b"))]
        const shared = yield* put(journal, "same state")
        yield* journal.commitStep(a, stepWith(0, shared))
        yield* put(journal, "same state")
        yield* journal.commitStep(a, stepWith(1, yield* put(journal, "a 1")))
        assert.isTrue(fs.existsSync(pathOf(files, shared)))
        yield* journal.commitStep(b, stepWith(0, shared))
        yield* journal.commitStep(a, stepWith(2, yield* put(journal, "a 2")))
        assert.isTrue(fs.existsSync(pathOf(files, shared)))
        yield* journal.commitStep(b, stepWith(1, yield* put(journal, "b 1")))
        assert.isFalse(fs.existsSync(pathOf(files, shared)))
      })
    ))

  it.live("rewind deletes what came after a step; -1 deletes all", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        const id = yield* journal.openStage(stageOf("f"))
        for (const step of [0, 1, 2]) {
          const sample = sampleOf(0, { rewards: [{ part: "ap", value: 1 }] })
          yield* journal.commitStep(id, stepOf(step, [["loss", step]], [sample]))
        }
        yield* journal.rewind(id, 0)
        const counts = "SELECT (SELECT count(*) FROM metric), (SELECT count(*) FROM sample), " +
          "(SELECT count(*) FROM sample_reward)"
        assert.deepStrictEqual(yield* rows(file, counts), [[1, 1, 1]])
        yield* journal.rewind(id, -1)
        assert.deepStrictEqual(yield* rows(file, counts), [[0, 0, 0]])
      })
    ))

  it.live("a step committed twice is refused whole", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        const id = yield* journal.openStage(stageOf("f"))
        yield* journal.commitStep(id, stepOf(0, [["loss", 1]]))
        const error = yield* Effect.flip(journal.commitStep(id, stepOf(0, [["new", 2], ["loss", 2]], [sampleOf(0)])))
        assert.strictEqual(error.operation, "commitStep")
        assert.deepStrictEqual(yield* rows(file, "SELECT name FROM metric_key"), [["loss"]])
        assert.deepStrictEqual(yield* rows(file, "SELECT * FROM sample"), [])
      })
    ))
})
