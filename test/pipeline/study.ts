/** The toy's study, and what a process does with it. */
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Experiment, Pipeline } from "assay"
import { Memory } from "assay/testing"
import * as Toy from "./toy.ts"

export { planStudy, runStudy } from "assay/testing"

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

/** All that was committed, free of ids and of the order in which stages ran. */
export const committed = (journal: Memory) =>
  journal.stages.map(({ record, result, status, steps }) => ({
    fingerprint: record.fingerprint,
    status,
    output: result?.output.hash,
    subject: result?.subject?.hash,
    steps: steps.map(({ checkpoint, metrics, step }) => ({ step, metrics, checkpoint: checkpoint?.hash }))
  })).sort((a, b) => a.fingerprint < b.fingerprint ? -1 : 1)
