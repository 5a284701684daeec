/** When a curve of the training has risen. */
import { assert, beforeEach, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { firstRise } from "../../src/evaluate/firstRise.ts"
import { Evaluate } from "../../src/evaluate/index.ts"
import * as Experiment from "../../src/pipeline/declare/Experiment.ts"
import * as Pipeline from "../../src/pipeline/declare/Pipeline.ts"
import { memory, planStudy, prepared, runStudy } from "../pipeline/study.ts"
import * as Toy from "../pipeline/toy.ts"

/** A value at every step; null for one that is no number. */
const curve = (...values: ReadonlyArray<number | null>) => values.map((value, step) => ({ step, value }))

describe("the first rise of a curve", () => {
  it("is the first step of the first window whose mean is higher by enough", () => {
    assert.deepStrictEqual(firstRise(curve(0, 0, 0, 0, 1, 1, 1), 2, 0.5), { start: 0, end: 1, firstStep: 3 })
    assert.deepStrictEqual(firstRise(curve(0, 0, 0, 0, 1, 1, 1), 2, 0.6), { start: 0, end: 1, firstStep: 4 })
  })

  it("is not one spike of a noisy curve, and nothing where the curve stays or falls", () => {
    assert.strictEqual(firstRise(curve(0, 0, 0, 0, 1, 0, 0, 0), 4, 0.3).firstStep, undefined)
    assert.strictEqual(firstRise(curve(3, 2, 1, 0), 1, 0.1).firstStep, undefined)
  })

  it("of a curve shorter than the window compares it with itself", () => {
    assert.deepStrictEqual(firstRise(curve(1, 3), 5, 0.1), { start: 2, end: 2, firstStep: undefined })
  })

  it("is a step of the curve, which need not have a value at each, nor a number", () => {
    const watched = curve(0, 0, 0, 1, 1).map(({ step, value }) => ({ step: 20 * step + 19, value }))
    assert.strictEqual(firstRise(watched, 1, 0.5).firstStep, 79)
    assert.deepStrictEqual(firstRise(curve(null, 0, 0, null, 1, 1), 2, 0.6), { start: 0, end: 1, firstStep: 4 })
    assert.isUndefined(firstRise([], 2, 0.5).firstStep)
  })
})

describe("Evaluate.rise", () => {
  beforeEach(Toy.resetLog)

  /** Its weights are watched at every step of the loop. */
  const study = (of: string) =>
    Experiment.make("rising", {
      question: "When does it rise?",
      policy: Toy.vector({ size: 2 }),
      seeds: 1,
      pipeline: () =>
        prepared.pipe(
          Pipeline.loop(
            { steps: 5, batch: 2, checkpointEvery: 3 },
            Toy.sample({ groupSize: 2 }),
            Toy.score(Toy.low({ sharpness: 2 })),
            Toy.swing({ by: [0, 0, 1, 1, 2] }),
            Pipeline.every(1, Toy.measure({ mode: "mean", as: "watch" }))
          ),
          Evaluate.rise({ as: "later", of, by: 0.5, window: 1 })
        ),
      table: { metrics: ["later/end"] }
    })

  it.effect("judges what the loop before it recorded, also when that loop was run before", () =>
    Effect.gen(function*() {
      const journal = memory()
      yield* runStudy(journal, study("watch/score"))
      const recorded = () => Object.fromEntries(journal.stage("rise").steps[0]!.metrics.map(({ name, value }) => [name, value]))
      assert.deepStrictEqual(recorded(), { start: 0, end: 2, risen: 1, firstStep: 2 })
      journal.stages.pop()
      yield* runStudy(journal, study("watch/score"))
      assert.deepStrictEqual(recorded(), { start: 0, end: 2, risen: 1, firstStep: 2 })
      assert.strictEqual(journal.stages.filter(({ record }) => record.name === "loop").length, 1)
    }))

  it.effect("is refused when planned, where no stage before records the metric, and says which may be meant", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(planStudy(memory(), study("watch/scor")))
      assert.include(error.message, "\"later\" judges the curve of \"watch/scor\", which no stage before it records. Did you mean \"watch/score\"?")
    }))
})
