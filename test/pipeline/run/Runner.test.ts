import { assert, beforeEach, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import { rmSync } from "node:fs"
import * as Experiment from "../../../src/pipeline/declare/Experiment.ts"
import * as Pipeline from "../../../src/pipeline/declare/Pipeline.ts"
import * as Stage from "../../../src/pipeline/declare/Stage.ts"
import * as Overrides from "../../../src/pipeline/plan/Overrides.ts"
import * as Random from "../../../src/pipeline/Random.ts"
import type { Event } from "../../../src/pipeline/run/Progress.ts"
import type { Artifact } from "../../../src/pipeline/run/Records.ts"
import { StageKey } from "../../../src/pipeline/run/services.ts"
import type { Memory } from "../../../src/testing.ts"
import { committed, memory, planStudy, prepared, runStudy, study, training } from "../study.ts"
import * as Toy from "../toy.ts"

beforeEach(Toy.resetLog)

/** Writes a file of its own, and is refused. */
export const fills = Stage.define({
  kind: "filter",
  name: "fills",
  module: import.meta.url,
  config: Schema.Struct({ code: Schema.String }),
  run: ({ code }, _input: Toy.Prompts): Toy.Prompts => {
    throw Object.assign(new Error(`${code}: the file cannot be written`), { code })
  }
})

const aWhile = (milliseconds: number) => Effect.promise(() => new Promise((resolve) => setTimeout(resolve, milliseconds)))

/** Files that a stage draws, which takes a while; breaks, where it is told to, the first time. */
const drawn = { there: false, breaks: false, times: 0 }

export const draws = Stage.define({
  kind: "data",
  name: "draws",
  module: import.meta.url,
  config: Schema.Struct({}),
  repeatable: true,
  run: (_config, _input: void) =>
    Effect.gen(function*() {
      if (drawn.there) return { values: [1] }
      drawn.times++
      yield* aWhile(30)
      if (drawn.breaks && drawn.times === 1) throw new Error("no pen")
      drawn.there = true
      return { values: [1] }
    })
})

export const looks = Stage.define({
  kind: "filter",
  name: "looks",
  module: import.meta.url,
  config: Schema.Struct({ at: Schema.Finite }),
  run: (_config, input: Toy.Numbers) => {
    if (!drawn.there) throw new Error("there is no file")
    return input
  }
})

/** Ends by an interrupt, its own or that of a fiber that it waits for. */
export const stops = Stage.define({
  kind: "filter",
  name: "stops",
  module: import.meta.url,
  config: Schema.Struct({ how: Schema.Literals(["itself", "within", "not"]) }),
  run: ({ how }, input: Toy.Numbers) =>
    Effect.gen(function*() {
      if (how === "itself") return yield* Effect.interrupt
      if (how === "within") {
        const fiber = yield* Effect.forkChild(Effect.never)
        yield* Fiber.interrupt(fiber)
        return yield* Fiber.join(fiber)
      }
      yield* aWhile(20)
      return input
    })
})

/** Draws, and does not say so, as one written in JavaScript may. */
export const draw = Stage.define({
  kind: "filter",
  name: "draw",
  module: import.meta.url,
  config: Schema.Struct({}),
  run: (_config, _input: Toy.Numbers): Effect.Effect<Toy.Numbers> =>
    Effect.map(StageKey, (key) => ({ values: [Random.uniformAt(key, 0)] })) as never
})

/** What the evaluations measured, in the order in which they ran. */
const scoresOf = (journal: Memory): ReadonlyArray<number> =>
  journal.stages.filter(({ record }) => record.name === "measure").map(({ steps }) => steps[0]!.metrics[0]!.value)

type PathOf = (artifact: Artifact) => string

/** Paths where one artifact is a folder: it exists, and whoever reads it fails. */
const unreadable = (pathOf: PathOf, hash: string): PathOf => (artifact) =>
  artifact.hash === hash ? import.meta.dirname : pathOf(artifact)

describe("Runner", () => {
  it.effect("runs every variant under every seed and records each step", () =>
    Effect.gen(function*() {
      const journal = memory()
      const results = yield* runStudy(journal, study)
      assert.deepStrictEqual(results.map(({ seed, status, variant }) => `${variant} ${seed} ${status}`), [
        "untrained 0 done",
        "low 0 done",
        "high 0 done",
        "untrained 1 done",
        "low 1 done",
        "high 1 done"
      ])
      const loop = journal.stage("loop")
      assert.deepStrictEqual(loop.steps.map(({ step }) => step), [0, 1, 2, 3, 4])
      const kept = loop.steps.map(({ checkpoint }) => checkpoint !== undefined)
      assert.deepStrictEqual(kept, [false, true, false, true, true])
      assert.deepStrictEqual(loop.steps[0]!.metrics.map(({ name }) => name), ["reward", "direction"])
      const scores = scoresOf(journal)
      assert.strictEqual(scores[0], 0)
      assert.strictEqual(new Set(scores).size, 5) // untrained once for both seeds, then two tastes under two seeds
    }))

  it.effect("executes what several runs need once, also when they come to it together", () =>
    Effect.gen(function*() {
      const journal = memory()
      yield* runStudy(journal, study, { jobs: 6 })
      assert.deepStrictEqual(Toy.log.ran.filter((name) => name === "count"), ["count"])
      assert.strictEqual(Toy.log.ran.filter((name) => name === "measure").length, 5)
      const owners = journal.runs.map((run) => run.links.get(0)!)
      assert.strictEqual(new Set(owners.map(({ stage }) => stage)).size, 1)
      assert.strictEqual(owners.filter(({ reused }) => !reused).length, 1)
    }))

  it.effect("has files that were deleted made again once, before anybody reads them, by whoever comes first and does not fail", () =>
    Effect.gen(function*() {
      const looking = (from: number) =>
        Experiment.make("looking", {
          question: "?",
          policy: Toy.vector({ size: 1 }),
          seeds: 1,
          axes: { at: { a: from, b: from + 1, c: from + 2 } },
          pipeline: ({ at }) => Pipeline.from(draws({})).pipe(looks({ at })),
          table: { metrics: [] }
        })
      const journal = memory()
      Object.assign(drawn, { there: false, breaks: false, times: 0 })
      yield* runStudy(journal, looking(0))
      Object.assign(drawn, { there: false, times: 0 })
      const again = yield* runStudy(journal, looking(10), { jobs: 3 })
      assert.deepStrictEqual(again.map(({ error, status }) => error ?? status), ["done", "done", "done"])
      assert.strictEqual(drawn.times, 1)
      Object.assign(drawn, { there: false, breaks: true, times: 0 })
      const broken = yield* runStudy(journal, looking(20), { jobs: 3 })
      assert.deepStrictEqual(broken.map(({ status }) => status).toSorted(), ["done", "done", "failed"])
      assert.strictEqual(drawn.times, 2)
    }))

  it.effect("fails a run whose stage ends by an interrupt of its own, and no other", () =>
    Effect.gen(function*() {
      const journal = memory()
      const study = Experiment.make("stopping", {
        question: "?",
        policy: Toy.vector({ size: 1 }),
        seeds: 1,
        axes: { how: { itself: "itself", within: "within", not: "not" } },
        pipeline: ({ how }) => Pipeline.from(Toy.count({ to: 2 })).pipe(stops({ how: how as "not" })),
        table: { metrics: [] }
      })
      for (const jobs of [1, 3]) {
        const results = yield* runStudy(journal, study, { jobs })
        assert.deepStrictEqual(results.map(({ status }) => status), ["failed", "failed", "done"])
        for (const { error } of results.slice(0, 2)) assert.match(error!, /^Stage "stops" \(.*Runner\.test\.ts:\d+\) was interrupted from within: .*Have it fail with one$/)
        assert.deepStrictEqual(journal.runs.map(({ status }) => status), ["failed", "failed", "done"])
      }
    }))

  it.effect("has no key for a stage that is not random, which would draw the same under every seed", () =>
    Effect.gen(function*() {
      const study = Experiment.make("drawing", {
        question: "?",
        policy: Toy.vector({ size: 1 }),
        seeds: 1,
        pipeline: () => Pipeline.from(Toy.count({ to: 2 })).pipe(draw({})),
        table: { metrics: [] }
      })
      const [result] = yield* runStudy(memory(), study)
      assert.match(result!.error!, /^Stage "draw" .*it draws from StageKey, but is not defined with `random: true`/)
    }))

  it.effect("gives the same numbers whatever runs side by side", () =>
    Effect.gen(function*() {
      const [one, many] = [memory(), memory()]
      yield* runStudy(one, study, { jobs: 1 })
      yield* runStudy(many, study, { jobs: 5 })
      assert.deepStrictEqual(committed(many), committed(one))
    }))

  it.effect("answers a finished study from the journal, without policy and without reading outputs", () =>
    Effect.gen(function*() {
      const journal = memory()
      yield* runStudy(journal, study)
      assert.strictEqual(Toy.log.built, Toy.log.released)
      Toy.resetLog()
      for (const { record, result } of journal.stages) {
        if (record.kind === "prompt") journal.pathOf = unreadable(journal.pathOf.bind(journal), result!.output.hash)
      }
      const results = yield* runStudy(journal, study)
      assert.isTrue(results.every(({ status }) => status === "done"))
      assert.deepStrictEqual(Toy.log, { built: 0, released: 0, loads: [], ran: [] })
      assert.isTrue(journal.runs.every((run) => [...run.links.values()].every(({ reused }) => reused)))
    }))

  it.effect("builds the policy once a run, only when a stage touches it", () =>
    Effect.gen(function*() {
      const journal = memory()
      yield* runStudy(journal, study, { only: [{ taste: "low" }], seeds: [0] })
      assert.strictEqual(Toy.log.built, 1)
      assert.strictEqual(Toy.log.released, 1)
      assert.deepStrictEqual(Toy.log.loads, ["initial"]) // the evaluation finds the loop's weights in place
    }))

  it.effect("lets the other runs go on when one fails, and says why it failed", () =>
    Effect.gen(function*() {
      const journal = memory()
      const events: Array<Event> = []
      const broken = Experiment.make("broken", {
        question: "Does one bad apple spoil the barrel?",
        policy: Toy.vector({ size: 2 }),
        seeds: 1,
        axes: { update: { bad: Toy.breakAt({ message: "no gradient today" }), good: Toy.climb({ rate: 1 }) } },
        pipeline: ({ update }) =>
          prepared.pipe(
            Pipeline.loop(
              { steps: 2, batch: 2, checkpointEvery: 1 },
              Toy.sample({ groupSize: 1 }),
              Toy.score(Toy.low({ sharpness: 1 })),
              update
            )
          ),
        table: { metrics: [] }
      })
      const results = yield* runStudy(journal, broken, { jobs: 2, listen: (event) => events.push(event) })
      assert.deepStrictEqual(results, [
        { variant: "bad", seed: 0, status: "failed", error: "no gradient today", exitCode: 1 },
        { variant: "good", seed: 0, status: "done" }
      ])
      assert.deepStrictEqual(journal.runs.map(({ error, status }) => [status, error]).sort(), [
        ["done", undefined],
        ["failed", "no gradient today"]
      ])
      assert.strictEqual(journal.stages.filter(({ status }) => status === "failed").length, 1)
      const failed = events.find(({ _tag }) => _tag === "StageFailed")
      assert.deepStrictEqual(failed, {
        _tag: "StageFailed",
        run: { variant: "bad", seed: 0 },
        stage: "loop",
        message: "no gradient today"
      })
    }))

  it.effect("begins no more runs after a failure that every run would meet, such as a full disk", () =>
    Effect.gen(function*() {
      const journal = memory()
      const full = Experiment.make("full", {
        question: "Is there room?",
        policy: Toy.vector({ size: 2 }),
        seeds: 3,
        axes: { writes: { much: fills({ code: "ENOSPC" }), little: fills({ code: "EIO" }) } },
        pipeline: ({ writes }) => prepared.pipe(writes),
        table: { metrics: [] }
      })
      const tried = (yield* runStudy(journal, full)).map(({ everybodys, status }) => [status, everybodys ?? false])
      const untried = ["planned", false]
      assert.deepStrictEqual(tried, [["failed", true], untried, untried, untried, untried, untried])
      assert.deepStrictEqual(journal.runs.map(({ status }) => status), ["failed", ...Array<string>(5).fill("planned")])
      const little = yield* runStudy(memory(), full, { only: [{ writes: "little" }] })
      assert.deepStrictEqual(little.map(({ status }) => status), ["failed", "failed", "failed"])
    }))

  it.effect("goes on with only what is missing when an artifact was lost", () =>
    Effect.gen(function*() {
      const journal = memory()
      yield* runStudy(journal, study, { only: [{ taste: "low" }], seeds: [0] })
      const before = committed(journal)
      const loop = journal.stage("loop")
      for (const { checkpoint } of loop.steps) {
        if (checkpoint !== undefined) rmSync(journal.pathOf(checkpoint))
      }
      rmSync(journal.pathOf(loop.result!.subject!))
      Toy.resetLog()
      yield* runStudy(journal, study, { only: [{ taste: "low" }], seeds: [0] })
      assert.deepStrictEqual(committed(journal), before)
      assert.deepStrictEqual(Toy.log.ran, ["count"]) // the loop, and the source looks after its files
      assert.strictEqual(Toy.log.built, 1)
    }))

  it.effect("runs a forced stage again and nothing else", () =>
    Effect.gen(function*() {
      const journal = memory()
      yield* runStudy(journal, study)
      const before = committed(journal)
      Toy.resetLog()
      yield* runStudy(journal, study, { force: ["measure"] })
      const again = Array.from({ length: 5 }, () => "measure")
      assert.deepStrictEqual(Toy.log.ran, ["count", ...again]) // once, the source looks after its files
      assert.deepStrictEqual(committed(journal), before)
    }))

  it.effect("reports progress in the words of the study", () =>
    Effect.gen(function*() {
      const journal = memory()
      const events: Array<Event> = []
      yield* runStudy(journal, study, { only: [{ taste: "high" }], seeds: [1], listen: (event) => events.push(event) })
      const run = { variant: "high", seed: 1 }
      const stages = ["count", "atMost", "ask", "loop", "measure"]
      assert.deepStrictEqual(events[0], { _tag: "RunStarted", run, stages })
      const steps = events.flatMap((event) => event._tag === "StepCommitted" ? [`${event.done}/${event.steps}`] : [])
      assert.deepStrictEqual(steps, ["1/5", "2/5", "3/5", "4/5", "5/5"])
      assert.deepStrictEqual(events.at(-1), { _tag: "RunFinished", run })
      Toy.resetLog()
      const again: Array<Event> = []
      yield* runStudy(journal, study, { only: [{ taste: "high" }], seeds: [1], listen: (event) => again.push(event) })
      assert.strictEqual(again.filter(({ _tag }) => _tag === "StageReused").length, 5)
    }))

  it.effect("takes runs that the study no longer has out of the views, unless it ran only a part", () =>
    Effect.gen(function*() {
      const journal = memory()
      yield* runStudy(journal, study)
      yield* runStudy(journal, study, { seeds: [0] })
      assert.isTrue(journal.runs.every(({ retired }) => !retired))
      yield* runStudy(journal, { ...study, variants: study.variants.slice(0, 2) })
      const retired = journal.runs.filter((run) => run.retired).map(({ record }) => record.variant)
      assert.deepStrictEqual(retired, ["high", "high"])
    }))

  it.effect("takes other seeds of an earlier state of a variant out of the views, also where it ran only a part", () =>
    Effect.gen(function*() {
      const journal = memory()
      const changed = { ...study, variants: Overrides.apply(study.variants, { "loop.steps": 3 }).variants }
      const current = () => journal.runs.filter(({ retired }) => !retired).map(({ record: { seed, variant } }) => `${variant} ${seed}`)
      yield* runStudy(journal, study)
      yield* runStudy(journal, study, { seeds: [2] })
      assert.strictEqual(current().length, 9, "more seeds of the same state")
      yield* runStudy(journal, changed, { seeds: [3], only: [{ taste: "low" }] })
      assert.sameMembers(current(), ["untrained 0", "high 0", "untrained 1", "high 1", "untrained 2", "high 2", "low 3"])
      yield* runStudy(journal, changed, { seeds: [4] })
      assert.sameMembers(current(), ["untrained 0", "untrained 1", "untrained 2", "low 3", "untrained 4", "low 4", "high 4"])
    }))

  it.effect("fails a loop that has nothing to draw from", () =>
    Effect.gen(function*() {
      const overrides = { "atMost.limit": -1 }
      const results = yield* runStudy(memory(), study, { overrides, only: [{ taste: "low" }], seeds: [0] })
      assert.match(results[0]!.error!, /nothing to draw from/)
    }))
})

describe("Interruption", () => {
  it.effect("after any step leaves a study that goes on to bit-identical results", () =>
    Effect.gen(function*() {
      const whole = memory()
      yield* runStudy(whole, study)
      const expected = committed(whole)
      for (let killAt = 0; killAt < 20; killAt++) {
        const journal = memory()
        let steps = 0
        journal.onCommit = () => steps++ === killAt ? Effect.interrupt : Effect.void
        yield* Effect.exit(runStudy(journal, study))
        const open = journal.runs.filter(({ status }) => status !== "done")
        assert.strictEqual(open[0]!.status, "interrupted", `killed after step ${killAt}`)
        assert.isTrue(open.slice(1).every(({ status }) => status === "planned"))
        journal.onCommit = () => Effect.void
        const results = yield* runStudy(journal, study)
        assert.isTrue(results.every(({ status }) => status === "done"))
        assert.deepStrictEqual(committed(journal), expected, `killed after step ${killAt}`)
      }
    }))

  it.effect("resumes at the last checkpoint, not from the start", () =>
    Effect.gen(function*() {
      const journal = memory()
      const options = { only: [{ taste: "low" }], seeds: [0] }
      journal.onCommit = (_stage, step) => step === 2 ? Effect.interrupt : Effect.void
      yield* Effect.exit(runStudy(journal, study, options))
      const plan = yield* planStudy(journal, study, options)
      assert.deepStrictEqual(plan.runs[0]!.stages.map(({ status }) => status._tag), [
        "finished",
        "finished",
        "finished",
        "resumes",
        "runs"
      ])
      const redone: Array<number> = []
      journal.onCommit = (_stage, step) => Effect.sync(() => redone.push(step))
      yield* runStudy(journal, study, options)
      assert.deepStrictEqual(redone, [2, 3, 4])
    }))

  it.effect("goes on from the same checkpoint where they are to be kept more or less often, to the same weights", () =>
    Effect.gen(function*() {
      const options = { only: [{ taste: "low" }], seeds: [0] }
      const every = (checkpointEvery: number) => ({ ...options, overrides: { checkpointEvery } })
      const weightsOf = (journal: Memory) => journal.stage("loop").result!.subject!.hash
      const whole = memory()
      yield* runStudy(whole, study, options)
      for (const [first, then] of [[2, 1], [1, 5], [3, 2]] as const) {
        const journal = memory()
        journal.onCommit = (_stage, step) => step === 3 ? Effect.interrupt : Effect.void
        yield* Effect.exit(runStudy(journal, study, every(first)))
        const redone: Array<number> = []
        journal.onCommit = (_stage, step) => Effect.sync(() => redone.push(step))
        yield* runStudy(journal, study, every(then))
        assert.deepStrictEqual(redone, { 2: [4], 1: [4], 3: [3, 4] }[first])
        assert.strictEqual(weightsOf(journal), weightsOf(whole))
        assert.lengthOf(journal.stages.filter(({ record }) => record.kind === "loop"), 1)
      }
    }))

  it.effect("from outside closes every open run as interrupted and releases its policy", () =>
    Effect.gen(function*() {
      const journal = memory()
      const fiber = yield* Effect.forkChild(Effect.suspend(() => {
        journal.onCommit = (_stage, step) => step === 1 ? Effect.never : Effect.void
        return runStudy(journal, study, { jobs: 3 })
      }))
      while (journal.stages.filter(({ steps }) => steps.length === 2).length < 2) {
        yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 2)))
      }
      yield* Fiber.interrupt(fiber)
      const open = journal.runs.filter(({ status }) => status !== "done" && status !== "planned")
      assert.isTrue(open.length >= 2 && open.every(({ status }) => status === "interrupted"))
      assert.strictEqual(Toy.log.built, Toy.log.released)
    }))
})

describe("Two loops", () => {
  it.effect("the second starts from the first one's weights with a fresh optimiser", () =>
    Effect.gen(function*() {
      const twice = Experiment.make("twice", {
        question: "Warm start, then go on?",
        policy: Toy.vector({ size: 2 }),
        seeds: 1,
        pipeline: () =>
          training(Toy.low({ sharpness: 1 })).pipe(
            Pipeline.loop(
              { steps: 2, batch: 2, checkpointEvery: 5 },
              Toy.sample({ groupSize: 1 }),
              Toy.score(Toy.high({ sharpness: 1 })),
              Toy.climb({ rate: 0.2 })
            ),
            Toy.measure({ mode: "sum" })
          ),
        table: { metrics: ["measure#2/score"] }
      })
      const journal = memory()
      const results = yield* runStudy(journal, twice)
      assert.strictEqual(results[0]!.variant, "twice")
      assert.deepStrictEqual(Toy.log.loads, ["initial", "file"])
      const scores = scoresOf(journal)
      assert.strictEqual(new Set(scores).size, 2)
    }))
})
