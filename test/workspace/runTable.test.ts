import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Workspace from "../../src/workspace/index.ts"
import { environment, type Opened, put, stageOf, withJournal } from "../store/support.ts"

const preimage = (node: object, input: string) => JSON.stringify({ inputs: [{ fingerprint: input, role: "input" }], node })

interface Given {
  readonly seed?: number
  readonly fingerprint?: string
  readonly cores?: number
  readonly prompt?: string
  readonly steps?: number
  readonly more?: boolean
}

/** A run of a prompt and a loop over it, as a study writes it; what is not given is as in any other. */
const writeRun = (journal: Opened, { cores = 2, fingerprint, more = false, prompt = "Find the cat.", seed = 0, steps = 30 }: Given) =>
  Effect.gen(function*() {
    const facts = { facts: { ...environment.facts, cores } }
    const name = fingerprint ?? `run ${seed}`
    const params = [
      { path: "template.text", value: prompt },
      { path: "loop.steps", value: steps }
    ]
    const run = yield* journal.openRun({ experiment: "study", variant: "a", seed, fingerprint: name, params }, facts)
    const template = stageOf(`template ${prompt}`, { kind: "prompt", name: "template", preimage: preimage({ config: { text: prompt } }, "data") })
    const loop = stageOf(`loop ${prompt} ${steps}`, { preimage: preimage({ config: { steps } }, template.fingerprint) })
    const stages = [template, loop, ...(more ? [stageOf("held out", { name: "detection" })] : [])]
    for (const [position, stage] of stages.entries()) {
      const found = yield* journal.findStage(stage.fingerprint)
      const id = found?.id ?? (yield* journal.openStage(stage))
      yield* journal.linkStage({ run, position, stage: id, label: stage.name, reused: found !== undefined })
      if (found === undefined) yield* journal.closeStage(id, { output: yield* put(journal, stage.fingerprint) })
    }
    yield* journal.closeRun(run, "done")
    return run
  })

const study = { name: "study", question: "?", file: "study.ts", variants: [{ name: "a", role: "variant", cell: {} }], table: { metrics: [], published: {} } } as const

const differing = (left: Given, right: Given) =>
  withJournal((journal, { file }) =>
    Effect.gen(function*() {
      yield* journal.openExperiment(study, environment)
      const [a, b] = [yield* writeRun(journal, left), yield* writeRun(journal, { seed: 1, ...right })]
      return yield* Workspace.runDifference(Workspace.at(file), a, b)
    })
  )

describe("what tells two runs apart", () => {
  it.effect("is nothing where they differ in nothing", () =>
    Effect.gen(function*() {
      const { environment, params, stages } = yield* differing({}, {})
      assert.deepStrictEqual([environment, params, stages], [[], [], []])
    }))

  it.effect("is the prompt where it is the prompt, and the stages after it only by what they read", () =>
    Effect.gen(function*() {
      const { environment, params, stages } = yield* differing({}, { prompt: "Find the  cat." })
      assert.deepStrictEqual(environment, [])
      assert.deepStrictEqual(params, [{ path: "template.text", left: "Find the cat.", right: "Find the  cat." }])
      assert.deepStrictEqual(stages, [
        {
          label: "template",
          only: undefined,
          upstream: false,
          differences: [{ path: "node.config.text", left: "Find the cat.", right: "Find the  cat." }]
        },
        { label: "loop", only: undefined, upstream: true, differences: [] }
      ])
    }))

  it.effect("is all of several things, and a stage that only one of them has", () =>
    Effect.gen(function*() {
      const { environment, params, stages } = yield* differing({ steps: 30 }, { steps: 60, cores: 8, more: true })
      assert.deepStrictEqual(environment, [{ path: "cores", left: 2, right: 8 }])
      assert.deepStrictEqual(params, [{ path: "loop.steps", left: 30, right: 60 }])
      assert.deepStrictEqual(stages.map(({ label, only }) => [label, only]), [["loop", undefined], ["detection", "right"]])
    }))

  it.effect("cannot be told of a run that is not there", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* journal.openExperiment(study, environment)
        yield* writeRun(journal, {})
        const error = yield* Effect.flip(Workspace.runDifference(Workspace.at(file), 1, 7))
        assert.include(error.message, "no run 7")
      })
    ))
})

describe("the runs of an experiment", () => {
  it.effect("are all of them, those from before it changed behind those of now", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* journal.openExperiment(study, environment)
        yield* writeRun(journal, { fingerprint: "before" })
        yield* writeRun(journal, { fingerprint: "now", prompt: "Where?" })
        yield* writeRun(journal, { seed: 1, prompt: "Where?" })
        const rows = yield* Workspace.runTable(Workspace.at(file), "study")
        assert.deepStrictEqual(rows.map(({ current, reused, run, seed, stages, status }) => [run, seed, current, status, stages, reused]), [
          [2, 0, true, "done", 2, 0],
          [1, 0, false, "done", 2, 0],
          [3, 1, true, "done", 2, 2]
        ])
        assert.include((yield* Effect.flip(Workspace.runTable(Workspace.at(file), "studi"))).message, "study")
      })
    ))
})
