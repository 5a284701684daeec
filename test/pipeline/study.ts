import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Experiment from "../../src/pipeline/declare/Experiment.ts"
import * as Pipeline from "../../src/pipeline/declare/Pipeline.ts"
import * as Plan from "../../src/pipeline/plan/Plan.ts"
import { type Event, Progress } from "../../src/pipeline/run/Progress.ts"
import * as Runner from "../../src/pipeline/run/Runner.ts"
import { Workspace } from "../../src/pipeline/run/services.ts"
import { layer, Memory } from "./MemoryJournal.ts"
import * as Toy from "./toy.ts"

export const prepared = Pipeline.from(Toy.count({ to: 10 })).pipe(Toy.atMost({ limit: 6 }), Toy.ask({ scale: 0.5 }))

export const training = (taste: Toy.Taste) =>
  prepared.pipe(
    Pipeline.loop(
      { steps: 5, batch: 3, checkpointEvery: 2 },
      Toy.sample({ groupSize: 2 }),
      Toy.score(taste),
      Toy.climb({ rate: 0.1 })
    ),
    Toy.measure({ mode: "sum" })
  )

export const study = Experiment.make("tastes", {
  question: "Which taste climbs higher?",
  policy: Toy.vector({ size: 4 }),
  seeds: 2,
  axes: { taste: { low: Toy.low({ sharpness: 2 }), high: Toy.high({ sharpness: 1 }) } },
  baseline: { taste: "low" },
  pipeline: ({ taste }) => training(taste),
  references: { untrained: prepared.pipe(Toy.measure({ mode: "sum" })) },
  table: { rows: "taste", metrics: ["score"] },
  scales: { quick: { "loop.steps": 2 } }
})

export const memory = (): Memory => new Memory(join(mkdtempSync(join(tmpdir(), "assay-engine-")), "objects"))

const environment = { facts: { node: process.version } }

/** Plans and runs a study against a journal, as one process would. */
export const runStudy = (
  journal: Memory,
  experiment: Experiment.Experiment,
  options: Plan.Options & { readonly jobs?: number; readonly events?: Array<Event> } = {}
) =>
  Effect.gen(function*() {
    const plan = yield* Plan.plan(experiment, options)
    return yield* Runner.run(plan, { jobs: options.jobs ?? 1, environment, file: "study.ts" })
  }).pipe(
    Effect.provideService(Workspace, { folder: journal.folder }),
    Effect.provideService(Progress, (event) => {
      options.events?.push(event)
    }),
    Effect.provide(layer(journal))
  )

export const planStudy = (journal: Memory, experiment: Experiment.Experiment, options: Plan.Options = {}) =>
  Effect.provide(Plan.plan(experiment, options), layer(journal))

/** All that was committed, free of ids and of the order in which stages ran. */
export const committed = (journal: Memory) =>
  journal.stages.map(({ record, result, status, steps }) => ({
    fingerprint: record.fingerprint,
    status,
    output: result?.output.hash,
    subject: result?.subject?.hash,
    steps: steps.map(({ checkpoint, metrics, step }) => ({ step, metrics, checkpoint: checkpoint?.hash }))
  })).sort((a, b) => a.fingerprint < b.fingerprint ? -1 : 1)
