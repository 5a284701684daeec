import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Metric from "../../src/pipeline/declare/Metric.ts"
import * as Store from "../../src/store/index.ts"
import * as Workspace from "../../src/workspace/index.ts"
import { environment, type Opened, put, reading, sampleOf, stageOf, stepOf, withJournal } from "../store/support.ts"

const variants = [
  { name: "base", role: "reference", cell: {} },
  { name: "AP", role: "baseline", cell: { reward: "AP", prompt: "p" } }
] as const

const metrics = [{ ...Metric.make("reward", "", "higher", "completion"), scope: "" }]

/** A training of so many steps, whose reward at a step is the step, and is not finite at step 1. */
const writeRun = (journal: Opened, seed: number, steps: number) =>
  Effect.gen(function*() {
    const run = yield* journal.openRun({ experiment: "study", variant: "AP", seed, fingerprint: `run ${seed}`, params: [] }, environment)
    const stage = yield* journal.openStage(stageOf(`loop ${seed}`, { metrics }))
    yield* journal.linkStage({ run, position: 0, stage, label: "loop", reused: false })
    for (let step = 0; step < steps; step++) {
      const rewards = [{ part: "ap", value: step / 10 }]
      yield* journal.commitStep(stage, stepOf(step, [["reward", step === 1 ? NaN : step]], [sampleOf(0, { rewards })]))
    }
    return stage
  })

const written = <A, E>(seeds: ReadonlyArray<number>, steps: number, body: (workspace: Workspace.Workspace) => Effect.Effect<A, E>) =>
  withJournal((journal, { file }) =>
    Effect.gen(function*() {
      yield* journal.openExperiment({ name: "study", question: "?", file: "study.ts", variants, table: { metrics: [], published: {} } }, environment)
      for (const seed of seeds) yield* writeRun(journal, seed, steps)
      return yield* body(Workspace.at(file))
    })
  )

const reward = { kind: "metric", name: "loop/reward" } as const

const curves = (workspace: Workspace.Workspace, name: Store.CurveName, to: number, memory = Workspace.curveMemory(0)) =>
  Workspace.curves(workspace, ["study"], name, to, memory)

describe("curves of experiments", () => {
  it.effect("are of every metric and every part of the reward that has more than one step", () =>
    written([0], 3, (workspace) =>
      Effect.gen(function*() {
        const { experiments, kinds } = yield* Workspace.curveKinds(workspace, ["study"])
        assert.deepStrictEqual(experiments.map(({ axes, name }) => [name, axes]), [["study", ["reward", "prompt"]]])
        assert.deepStrictEqual(kinds, [
          { kind: "metric", name: "loop/reward", unit: "", better: "higher", lastStep: 2 },
          { kind: "part", name: "loop/ap", unit: "", better: "higher", lastStep: 2 }
        ])
      })))

  it.effect("are none of a single step", () =>
    written([0], 1, (workspace) =>
      Effect.gen(function*() {
        assert.deepStrictEqual((yield* Workspace.curveKinds(workspace, ["study"])).kinds, [])
      })))

  it.effect("are read by seed, with what is not finite as NaN, also of a run that is under way", () =>
    written([1, 0], 3, (workspace) =>
      Effect.gen(function*() {
        const { curves: found, experiments } = yield* curves(workspace, reward, Infinity)
        assert.deepStrictEqual(found.map(({ cell, seed, variant }) => [variant, seed, cell]), [
          ["AP", 0, { reward: "AP", prompt: "p" }],
          ["AP", 1, { reward: "AP", prompt: "p" }]
        ])
        assert.deepStrictEqual(experiments[0]!.variants, [
          { name: "base", role: "reference", cell: {} },
          { name: "AP", role: "baseline", cell: { reward: "AP", prompt: "p" } }
        ])
        assert.deepStrictEqual([...found[0]!.steps], [0, 1, 2])
        assert.deepStrictEqual([...found[0]!.values], [0, NaN, 2])
        const { curves: [part] } = yield* curves(workspace, { kind: "part", name: "loop/ap" }, Infinity)
        assert.deepStrictEqual([...part!.values], [0, 0.1, 0.2])
      })))

  it.effect("are cut at a step", () =>
    written([0], 6, (workspace) =>
      Effect.gen(function*() {
        const { curves: [curve] } = yield* curves(workspace, reward, 2)
        assert.deepStrictEqual([...curve!.steps], [0, 1, 2])
      })))

  it.effect("are remembered of a stage that is done, and read anew while it still runs", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* journal.openExperiment({ name: "study", question: "?", file: "study.ts", variants, table: { metrics: [], published: {} } }, environment)
        const [workspace, memory] = [Workspace.at(file), Workspace.curveMemory()]
        const values = () => Effect.map(curves(workspace, reward, Infinity, memory), ({ curves: [curve] }) => curve!.values)
        const stage = yield* writeRun(journal, 0, 3)
        assert.deepStrictEqual([...yield* values()], [0, NaN, 2])
        yield* journal.commitStep(stage, stepOf(3, [["reward", 7]]))
        assert.deepStrictEqual([...yield* values()], [0, NaN, 2, 7])
        yield* journal.closeStage(stage, { output: yield* put(journal, "output") })
        const first = yield* values()
        assert.strictEqual((yield* values()).buffer, first.buffer)
      })))

  it("leave the memory when they were not asked for the longest", () => {
    const memory = Workspace.curveMemory(4)
    const two = () => ({ steps: Float64Array.of(0, 1), values: Float64Array.of(1, 2) })
    for (const name of ["a", "b"]) memory.keep(name, two())
    memory.get("a")
    memory.keep("c", two())
    assert.deepStrictEqual(["a", "b", "c"].map((name) => memory.get(name) !== undefined), [true, false, true])
    memory.keep("large", { steps: new Float64Array(5), values: new Float64Array(5) })
    assert.deepStrictEqual(["a", "c", "large"].map((name) => memory.get(name)), [undefined, undefined, undefined])
  })

  it.effect("cannot be had of an experiment that is not there", () =>
    written([0], 2, (workspace) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(Workspace.curves(workspace, ["studi"], reward, Infinity, Workspace.curveMemory()))
        assert.include(error.message, "study")
      })))

  it.effect("are asked of indexes: no table of numbers is read from end to end", () =>
    written([0], 2, ({ db }) =>
      reading(db, (handle) =>
        Effect.gen(function*() {
          const asked: Array<string> = []
          const listening = { ...handle, sqlite: new Proxy(handle.sqlite, {
            get: (target, key) => key === "prepare" ? (sql: string) => (asked.push(sql), target.prepare(sql)) : Reflect.get(target, key)
          }) }
          for (const kind of [reward, { kind: "part", name: "loop/ap" }] as const) {
            yield* Store.curveKinds(listening, ["study"])
            for (const line of yield* Store.curveLines(listening, ["study"], kind)) yield* Store.curvePoints(listening, line, -1)
          }
          assert.isAbove(asked.length, 6)
          for (const sql of asked) {
            const holes = sql.includes(":stage") ? [{ stage: 1, scope: "" }] : Array.from(sql.matchAll(/\?/g), () => "[]")
            const plan = handle.sqlite.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...holes) as Array<{ readonly detail: string }>
            for (const { detail } of plan) assert.notMatch(detail, /^SCAN (?!asked|CONSTANT)/, sql)
          }
        }))))
})
