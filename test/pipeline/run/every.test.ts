/** Evaluations inside of a training loop, and the best of its checkpoints. */
import { assert, beforeEach, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync, rmSync } from "node:fs"
import * as Experiment from "../../../src/pipeline/declare/Experiment.ts"
import * as Pipeline from "../../../src/pipeline/declare/Pipeline.ts"
import type { Memory } from "../../../src/testing.ts"
import { committed, memory, planStudy, prepared, runStudy } from "../study.ts"
import * as Toy from "../toy.ts"

beforeEach(Toy.resetLog)

const watch = Pipeline.every(2, Toy.measure({ mode: "mean", as: "watch" }))

interface LoopOptions {
  readonly steps: number
  readonly keep?: { readonly best: string; readonly use?: "best" | "last" }
}

const sample = Toy.sample({ groupSize: 2 })
const score = Toy.score(Toy.low({ sharpness: 1 }))

/** Weights go through these numbers, one a step. */
const swinging = (by: ReadonlyArray<number>, keep?: LoopOptions["keep"]) =>
  Pipeline.loop(
    { steps: by.length, batch: 2, checkpointEvery: 3, ...(keep === undefined ? {} : { keep }) },
    sample,
    score,
    Toy.swing({ by }),
    Pipeline.every(1, Toy.measure({ mode: "mean", as: "watch" }))
  )

const studyOf = (loop: ReturnType<typeof swinging>, metrics: ReadonlyArray<string> = ["measure/score"]) =>
  Experiment.make("watched", {
    question: "Which step is best?",
    policy: Toy.vector({ size: 2 }),
    seeds: 1,
    pipeline: () => prepared.pipe(loop, Toy.measure({ mode: "mean" })),
    table: { metrics }
  })

const watched = (journal: Memory, scope = "watch") =>
  journal.stage("loop").steps.flatMap(({ metrics, step }) =>
    metrics.filter((metric) => metric.scope === scope).map(({ name, value }) => [step, name, value] as const))

const finalScore = (journal: Memory) => journal.stage("measure").steps[0]!.metrics[0]!.value

describe("Pipeline.every", () => {
  const training = (...more: [] | [typeof watch]) =>
    Experiment.make("watched", {
      question: "?",
      policy: Toy.vector({ size: 2 }),
      seeds: 1,
      pipeline: () =>
        prepared.pipe(
          Pipeline.loop({ steps: 5, batch: 3, checkpointEvery: 2 }, sample, score, Toy.climb({ rate: 0.1 }), ...more)
        ),
      table: { metrics: more.length === 0 ? [] : ["watch/score"] }
    })

  it.effect("has its name in the loop's fingerprint, as what it recorded goes by it; that of a stage itself is in none", () =>
    Effect.gen(function*() {
      const of = Effect.fnUntraced(function*(inner: string, outer: string) {
        const loop = Pipeline.loop(
          { steps: 1, batch: 1, checkpointEvery: 1 },
          sample,
          score,
          Toy.climb({ rate: 0.1 }),
          Pipeline.every(1, Toy.measure({ mode: "mean", as: inner }))
        )
        const study = Experiment.make("named", {
          question: "?",
          policy: Toy.vector({ size: 2 }),
          seeds: 1,
          pipeline: () => prepared.pipe(loop, Toy.measure({ mode: "sum", as: outer })),
          table: { metrics: [] }
        })
        const { runs } = yield* planStudy(memory(), study)
        return runs[0]!.stages.slice(-2).map(({ fingerprint }) => fingerprint)
      })
      const [loop, measure] = yield* of("watch", "end")
      assert.deepStrictEqual(yield* of("watch", "last"), [loop, measure])
      assert.notStrictEqual((yield* of("look", "end"))[0], loop)
    }))

  it.effect("runs its stage after every n-th step and after the last, under its own name", () =>
    Effect.gen(function*() {
      const journal = memory()
      yield* runStudy(journal, training(watch))
      assert.deepStrictEqual(watched(journal).map(([step, name]) => [step, name]), [[1, "score"], [3, "score"], [4, "score"]])
      const values = watched(journal).map(([, , value]) => value)
      assert.strictEqual(new Set(values).size, 3, "it sees the policy move")
    }))

  it.effect("changes nothing of what the other stages draw and learn", () =>
    Effect.gen(function*() {
      const [plain, with_] = [memory(), memory()]
      yield* runStudy(plain, training())
      yield* runStudy(with_, training(watch))
      const own = (journal: Memory) => watched(journal, "")
      assert.deepStrictEqual(own(with_), own(plain))
      assert.strictEqual(with_.stage("loop").result!.subject!.hash, plain.stage("loop").result!.subject!.hash)
    }))

  it.effect("declares its metrics, so that a table can name them", () =>
    Effect.gen(function*() {
      const plan = yield* planStudy(memory(), training(watch))
      assert.deepStrictEqual(plan.experiment.table.metrics, [{ title: "watch/score", scope: "watch", name: "score" }])
    }))
})

describe("keep", () => {
  const by = [1, 5, 2, 9, 4, 3]

  it.effect("hands on the weights of the best step, and keeps the last beside them", () =>
    Effect.gen(function*() {
      const journal = memory()
      yield* runStudy(journal, studyOf(swinging(by, { best: "watch/score" })))
      assert.strictEqual(finalScore(journal), 9)
      const { kept, result } = journal.stage("loop")
      assert.deepStrictEqual(kept!.map(({ role, step }) => [role, step]), [["last", 5], ["best", 3]])
      const weightsOf = (role: string) =>
        JSON.parse(readFileSync(journal.pathOf(kept!.find((one) => one.role === role)!.artifact), "utf8")).weights
      assert.deepStrictEqual([weightsOf("best"), weightsOf("last")], [[9, 9], [3, 3]])
      assert.deepStrictEqual(JSON.parse(readFileSync(journal.pathOf(result!.subject!), "utf8")).weights, [9, 9])
    }))

  it.effect("hands on the last where the study says so, and without keep", () =>
    Effect.gen(function*() {
      for (const keep of [{ best: "score", use: "last" } as const, undefined]) {
        const journal = memory()
        yield* runStudy(journal, studyOf(swinging(by, keep)))
        assert.strictEqual(finalScore(journal), 3)
        assert.deepStrictEqual(journal.stage("loop").kept!.map(({ step }) => step), keep === undefined ? [] : [5, 3])
      }
    }))

  it.effect("takes the first of equally good steps", () =>
    Effect.gen(function*() {
      const equal = memory()
      yield* runStudy(equal, studyOf(swinging([2, 7, 7, 1], { best: "score" })))
      assert.deepStrictEqual(equal.stage("loop").kept!.map(({ role, step }) => [role, step]), [["last", 3], ["best", 1]])
    }))

  it.effect("finds the same best after a kill at any step, bit by bit", () =>
    Effect.gen(function*() {
      const study = studyOf(swinging(by, { best: "watch/score" }))
      const whole = memory()
      yield* runStudy(whole, study)
      for (let killAt = 0; killAt < by.length; killAt++) {
        const journal = memory()
        journal.onCommit = (_stage, step) => step === killAt ? Effect.interrupt : Effect.void
        yield* Effect.exit(runStudy(journal, study))
        journal.onCommit = () => Effect.void
        yield* runStudy(journal, study)
        assert.deepStrictEqual(committed(journal), committed(whole), `killed after step ${killAt}`)
        assert.deepStrictEqual(journal.stage("loop").kept, whole.stage("loop").kept)
        assert.strictEqual(finalScore(journal), 9)
      }
    }))

  it.effect("begins anew where the best weights are lost, which no checkpoint holds", () =>
    Effect.gen(function*() {
      const study = studyOf(swinging([9, 1, 2, 3], { best: "watch/score" }))
      const [whole, journal] = [memory(), memory()]
      yield* runStudy(whole, study)
      journal.onCommit = (_stage, step) => step === 2 ? Effect.interrupt : Effect.void
      yield* Effect.exit(runStudy(journal, study))
      rmSync(journal.pathOf(journal.stage("loop").steps[0]!.best!.artifact))
      journal.onCommit = () => Effect.void
      yield* runStudy(journal, study)
      assert.deepStrictEqual(committed(journal), committed(whole))
      assert.strictEqual(finalScore(journal), 9)
    }))

  it("names a metric that the loop's body measures, and that is better one way", () => {
    const refused = (best: string) => {
      try {
        swinging(by, { best })
      } catch (error) {
        return error instanceof Error ? error.message : ""
      }
      return "was not refused"
    }
    assert.match(refused("watch/mAP"), /^loop: keep\.best "watch\/mAP" is no metric of its body; there are: watch\/score/)
    assert.match(refused("reward"), /is no metric of its body/)
    const twice = () =>
      Pipeline.loop(
        { steps: 1, batch: 1, checkpointEvery: 1, keep: { best: "score" } },
        sample,
        score,
        Toy.climb({ rate: 1 }),
        watch,
        Pipeline.every(1, Toy.measure({ mode: "sum", as: "other" }))
      )
    assert.throws(twice, /"score" may be several; there are: watch\/score, other\/score/)
  })
})
