import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Experiment from "../../../src/pipeline/declare/Experiment.ts"
import { firstDifference } from "../../../src/pipeline/plan/Fingerprint.ts"
import * as Pipeline from "../../../src/pipeline/declare/Pipeline.ts"
import type * as Plan from "../../../src/pipeline/plan/Plan.ts"
import { memory, planStudy, prepared, runStudy, study, training } from "../study.ts"
import * as Toy from "../toy.ts"

const stageOf = (plan: Plan.Plan, variant: string, seed: number, label: string): Plan.PlannedStage =>
  runOf(plan, variant, seed).stages.find((stage) => stage.label === label)!

const runOf = (plan: Plan.Plan, variant: string, seed: number): Plan.PlannedRun =>
  plan.runs.find(({ record }) => record.variant === variant && record.seed === seed)!

const statuses = (run: Plan.PlannedRun) =>
  run.stages.map(({ status }) =>
    status._tag === "shared" ? `shared with ${status.variant} ${status.seed}` : status._tag)

/** Fingerprints by stage of a pipeline under a seed. */
const fingerprints = (pipeline: ReturnType<typeof training>, seed = 0, size = 2) =>
  Effect.map(
    planStudy(
      memory(),
      Experiment.make("one", {
        question: "?",
        policy: Toy.vector({ size }),
        seeds: [seed],
        pipeline: () => pipeline,
        table: { metrics: [] }
      })
    ),
    ({ runs }) => Object.fromEntries(runs[0]!.stages.map(({ fingerprint, label }) => [label, fingerprint]))
  )

const changed = (a: Record<string, string>, b: Record<string, string>) =>
  Object.keys(a).filter((label) => a[label] !== b[label])

describe("Plan", () => {
  it.effect("says what runs, and who shares it with whom", () =>
    Effect.gen(function*() {
      const plan = yield* planStudy(memory(), study)
      assert.deepStrictEqual(statuses(runOf(plan, "untrained", 0)), ["runs", "runs", "runs", "runs"])
      assert.deepStrictEqual(statuses(runOf(plan, "untrained", 1)), Array.from({ length: 4 }, () => "shared with untrained 0"))
      assert.deepStrictEqual(statuses(runOf(plan, "low", 0)).slice(2), ["shared with untrained 0", "runs", "runs"])
      assert.isTrue(plan.complete)
    }))

  it.effect("finds everything finished after a run, and what a changed config undoes", () =>
    Effect.gen(function*() {
      const journal = memory()
      yield* runStudy(journal, study)
      const again = yield* planStudy(journal, study)
      assert.isTrue(again.runs.every((run) => statuses(run).every((status) => status === "finished")))
      const other = yield* planStudy(journal, study, { overrides: { "low.sharpness": 3 } })
      assert.deepStrictEqual(statuses(runOf(other, "low", 0)), ["finished", "finished", "finished", "runs", "runs"])
      assert.deepStrictEqual(statuses(runOf(other, "high", 0)), Array.from({ length: 5 }, () => "finished"))
    }))

  it.effect("begins every row under its first seed, then under the next", () =>
    Effect.gen(function*() {
      const { runs } = yield* planStudy(memory(), study, { seeds: [7, 3] })
      assert.deepStrictEqual(runs.map(({ record: { seed, variant } }) => `${variant} ${seed}`), [
        "untrained 7", "low 7", "high 7", "untrained 3", "low 3", "high 3"
      ])
    }))

  it.effect("flattens every config of a run, the policy's too", () =>
    Effect.gen(function*() {
      const plan = yield* planStudy(memory(), study)
      const params = Object.fromEntries(plan.runs.at(-1)!.record.params.map(({ path, value }) => [path, value]))
      assert.strictEqual(params["policy.size"], 4)
      assert.strictEqual(params["loop.score.high.sharpness"], 1)
    }))

  it.effect("carries scale and overrides in the name of the experiment", () =>
    Effect.gen(function*() {
      const plan = yield* planStudy(memory(), study, { scale: "quick", overrides: { rate: 0.2, "policy.size": 3 } })
      assert.strictEqual(plan.experiment.name, "tastes@quick loop.climb.rate=0.2 policy.size=3")
      const params = Object.fromEntries(plan.runs.at(-1)!.record.params.map(({ path, value }) => [path, value]))
      assert.deepStrictEqual([params["loop.steps"], params["loop.climb.rate"], params["policy.size"]], [2, 0.2, 3])
    }))

  it.effect("refuses what the study does not have, naming what it has", () =>
    Effect.gen(function*() {
      const refusal = (options: Plan.Options, experiment = study) =>
        Effect.map(Effect.flip(planStudy(memory(), experiment, options)), (error) => `${error._tag}: ${error.message}`)
      assert.match(yield* refusal({ only: [{ color: "red" }] }), /InvalidExperiment: .*no axis "color"; .*taste/)
      assert.match(yield* refusal({ only: [{ taste: "sour" }] }), /no "sour"; it has "low", "high"/)
      assert.match(yield* refusal({ scale: "huge" }), /no scale "huge"; the scales are quick/)
      assert.match(yield* refusal({ force: ["mesure"] }), /no stage "mesure" to force; .*measure/)
      assert.match(yield* refusal({ overrides: { "loop.stepz": 1 } }), /UnknownPath: .*Did you mean loop\.steps\?/)
      assert.match(yield* refusal({ overrides: { "loop.steps": "x" } }), /InvalidConfig: loop: steps: Expected number, got "x"/)
      assert.match(yield* refusal({ seeds: [1, 1] }), /seed 1 is given twice/)
      assert.match(yield* refusal({ seeds: [] }), /nothing to run/)
      const twins = { ...study, variants: [...study.variants, study.variants[0]!] }
      assert.match(yield* refusal({}, twins), /two variants are called "untrained"/)
    }))
})

describe("Fingerprints", () => {
  const base = training(Toy.low({ sharpness: 2 }))

  it.effect("are the same for the same study", () =>
    Effect.gen(function*() {
      const again = training(Toy.low({ sharpness: 2 }))
      assert.deepStrictEqual(yield* fingerprints(again), yield* fingerprints(base))
    }))

  it.effect("change with a config, from there on", () =>
    Effect.gen(function*() {
      const before = yield* fingerprints(base)
      const at = (path: string, value: unknown) => fingerprints(Pipeline.override(base, path, value))
      assert.deepStrictEqual(changed(before, yield* at("count.to", 11)), ["count", "atMost", "ask", "loop", "measure"])
      assert.deepStrictEqual(changed(before, yield* at("sharpness", 3)), ["loop", "measure"])
      assert.deepStrictEqual(changed(before, yield* at("measure.mode", "mean")), ["measure"])
    }))

  it.effect("change with the seed only where chance plays a part", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(changed(yield* fingerprints(base, 0), yield* fingerprints(base, 1)), ["loop", "measure"])
    }))

  it.effect("change with the policy only where it is touched", () =>
    Effect.gen(function*() {
      const [two, three] = [yield* fingerprints(base, 0, 2), yield* fingerprints(base, 0, 3)]
      assert.deepStrictEqual(changed(two, three), ["loop", "measure"])
    }))

  it.effect("of a loop do not depend on an evaluation before it", () =>
    Effect.gen(function*() {
      const loop = Pipeline.loop(
        { steps: 1, batch: 1, checkpointEvery: 1 },
        Toy.sample({ groupSize: 1 }),
        Toy.score(Toy.low({ sharpness: 1 })),
        Toy.climb({ rate: 1 })
      )
      const plain = yield* fingerprints(prepared.pipe(loop))
      const watched = yield* fingerprints(prepared.pipe(Toy.measure({ mode: "sum" }), loop))
      assert.strictEqual(watched["loop"], plain["loop"])
    }))

  it.effect("keep their pre-image, which shows the first difference", () =>
    Effect.gen(function*() {
      const plan = yield* planStudy(memory(), study)
      const [low, high] = [stageOf(plan, "low", 0, "loop"), stageOf(plan, "high", 0, "loop")]
      const difference = firstDifference(low.preimage, high.preimage)!
      assert.match(difference.path, /^node\.parts\.body\.1\.parts\.taste\./)
      const seeds = firstDifference(low.preimage, stageOf(plan, "low", 1, "loop").preimage)
      assert.deepStrictEqual(seeds, { path: "random.seed", left: 0, right: 1 })
      assert.isUndefined(firstDifference(low.preimage, low.preimage))
      assert.deepStrictEqual(firstDifference(`{"a":[1]}`, `{"a":[1,2]}`), { path: "a.1", left: undefined, right: 2 })
      assert.deepStrictEqual(firstDifference(`{"a":[]}`, `{"a":{}}`), { path: "a", left: [], right: {} })
    }))
})
