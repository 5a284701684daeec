/** Answers of servers, kept until what was made of them is committed. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { put, stageOf, stepOf, withJournal } from "./support.ts"

describe("a kept answer", () => {
  it.live("is found by its stage and key, the first of two", () =>
    withJournal((journal) =>
      Effect.gen(function*() {
        const [one, other] = [yield* journal.openStage(stageOf("one")), yield* journal.openStage(stageOf("other"))]
        yield* journal.keepAnswer(one, "k", "said")
        yield* journal.keepAnswer(one, "k", "said again")
        assert.strictEqual(yield* journal.findAnswer(one, "k"), "said")
        assert.isUndefined(yield* journal.findAnswer(one, "l"))
        assert.isUndefined(yield* journal.findAnswer(other, "k"))
      })
    ))

  it.live("outlives a failure, and is gone with the end of its stage alone", () =>
    withJournal((journal) =>
      Effect.gen(function*() {
        const [one, other] = [yield* journal.openStage(stageOf("one")), yield* journal.openStage(stageOf("other"))]
        for (const stage of [one, other]) yield* journal.keepAnswer(stage, "k", "said")
        yield* journal.failStage(one, "the disk is full")
        assert.strictEqual(yield* journal.openStage(stageOf("one")), one)
        assert.strictEqual(yield* journal.findAnswer(one, "k"), "said")
        yield* journal.closeStage(one, { output: yield* put(journal, "output"), records: stepOf(0, []) })
        assert.isUndefined(yield* journal.findAnswer(one, "k"))
        assert.strictEqual(yield* journal.findAnswer(other, "k"), "said")
      })
    ))

  it.live("stays through steps that a killed loop would do again, until the next checkpoint", () =>
    withJournal((journal) =>
      Effect.gen(function*() {
        const stage = yield* journal.openStage(stageOf("loop"))
        yield* journal.keepAnswer(stage, "k", "said")
        yield* journal.commitStep(stage, stepOf(0, []))
        yield* journal.rewind(stage, -1)
        assert.strictEqual(yield* journal.findAnswer(stage, "k"), "said")
        yield* journal.commitStep(stage, { ...stepOf(0, []), checkpoint: yield* put(journal, "state") })
        assert.isUndefined(yield* journal.findAnswer(stage, "k"))
      })
    ))

  it.live("is forgotten where the stage is to begin anew", () =>
    withJournal((journal) =>
      Effect.gen(function*() {
        const stage = yield* journal.openStage(stageOf("one"))
        yield* journal.keepAnswer(stage, "k", "said")
        yield* journal.forgetAnswers(stage)
        assert.isUndefined(yield* journal.findAnswer(stage, "k"))
      })
    ))
})
