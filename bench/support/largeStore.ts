/** A database of many long runs, written through the journal's own code. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import Database from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as Metric from "../../src/pipeline/declare/Metric.ts"
import * as Random from "../../src/pipeline/Random.ts"
import { Artifacts } from "../../src/pipeline/run/artifacts.ts"
import { Journal } from "../../src/pipeline/run/journal.ts"
import type { ScopedSample, StageRecord, StepRecord } from "../../src/pipeline/run/Records.ts"
import * as Store from "../../src/store/index.ts"
import * as Measure from "./measure.ts"

export interface Sizes {
  readonly experiments: number
  readonly variants: number
  readonly seeds: number
  readonly steps: number
  /** Of every step. */
  readonly metrics: number
  /** Of every evaluation. */
  readonly samples: number
}

export const experimentName = (index: number): string => `experiment-${index}`

const environment = { facts: { node: process.version } }
const loopMetrics = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ ...Metric.make(i === 0 ? "reward" : `part-${i}`, "", "higher", "completion"), scope: "" }))
const evaluationMetrics = ["mAP", "AP50", "precision@0.5", "recall@0.5", "evaluationSize"].map((name) => ({
  ...Metric.make(name, "%", "higher", "image"),
  scope: ""
}))

const stage = (fingerprint: string, kind: string, metrics: StageRecord["metrics"]): StageRecord => ({
  fingerprint,
  kind,
  name: kind,
  config: {},
  preimage: JSON.stringify({ fingerprint }),
  inputs: [],
  metrics
})

const samples = (count: number): ReadonlyArray<ScopedSample> =>
  Array.from({ length: count }, (_, ordinal) => ({
    ordinal,
    scope: "",
    example: String(ordinal),
    prompt: "Where is the cat?",
    completion: `<answer>${ordinal}</answer>`,
    solution: "<answer>None</answer>",
    tokenCount: 10 + ordinal,
    finishReason: "stop",
    rewards: [{ part: "ap", value: ordinal / count }],
    details: {}
  }))

const step = (key: Random.Key, step: number, metrics: StageRecord["metrics"]): StepRecord => {
  const next = Random.stream(Random.fold(key, step))
  return { step, metrics: metrics.map(({ name }) => ({ scope: "", name, value: next() })), samples: [] }
}

/** Writes the database, a transaction a step as a run does; returns the rows of its table `metric`. */
export const write = (file: string, objects: string, sizes: Sizes): Promise<number> =>
  Effect.gen(function*() {
    const [artifacts, journal] = [yield* Artifacts, yield* Journal]
    const artifact = yield* artifacts.put("text/plain", (path) => Effect.sync(() => writeFileSync(path, "null")))
    const inLoop = loopMetrics(sizes.metrics)
    for (let e = 0; e < sizes.experiments; e++) {
      const experiment = experimentName(e)
      Measure.say(`store: writing ${experiment}, ${e + 1} of ${sizes.experiments}`)
      const variants = Array.from({ length: sizes.variants }, (_, v) => ({
        name: `variant-${v}`,
        cell: { variant: `variant-${v}` },
        role: v === 0 ? "reference" as const : v === 1 ? "baseline" as const : "variant" as const
      }))
      const table = { metrics: [{ title: "mAP", scope: "evaluate", name: "mAP" }], published: {} }
      yield* journal.openExperiment({ name: experiment, question: "?", file: "bench.ts", variants, table }, environment)
      for (const variant of variants) {
        for (let seed = 0; seed < sizes.seeds; seed++) {
          const name = `${experiment} ${variant.name} ${seed}`
          const key = Random.fold(Random.key(1), name)
          const record = { experiment, variant: variant.name, seed, fingerprint: name, params: [] }
          const run = yield* journal.openRun(record, environment)
          const loop = yield* journal.openStage(stage(`${name} loop`, "loop", inLoop))
          yield* journal.linkStage({ run, position: 0, stage: loop, label: "loop", reused: false })
          for (let s = 0; s < sizes.steps; s++) yield* journal.commitStep(loop, step(key, s, inLoop))
          yield* journal.closeStage(loop, { output: artifact })
          const evaluation = yield* journal.openStage(stage(`${name} evaluate`, "evaluate", evaluationMetrics))
          yield* journal.linkStage({ run, position: 1, stage: evaluation, label: "evaluate", reused: false })
          const records = { ...step(Random.fold(key, "held out"), 0, evaluationMetrics), samples: samples(sizes.samples) }
          yield* journal.closeStage(evaluation, { output: artifact, records })
          yield* journal.closeRun(run, "done")
        }
      }
    }
    return sizes.experiments * sizes.variants * sizes.seeds * (sizes.steps * sizes.metrics + evaluationMetrics.length)
  }).pipe(Effect.provide(Store.layer({ file, objects })), Effect.runPromise)

/**
 * Gives every curve so many steps: the rows that the journal would have written, in one statement, as ten million transactions take
 * longer than whoever waits for a bench has.
 */
export const lengthen = (file: string, steps: number): void => {
  const db = new Database(file)
  db.pragma("synchronous = off")
  db.prepare(`
    WITH RECURSIVE later (step) AS (SELECT 0 UNION ALL SELECT step + 1 FROM later WHERE step + 1 < ?)
    INSERT OR IGNORE INTO metric (stage, key, step, value)
    SELECT l.stage, l.key, later.step, abs(random() % 1000000) / 1e6 FROM last_value l CROSS JOIN later WHERE l.step > 0`).run(steps)
  db.prepare("UPDATE last_value SET step = ? WHERE step > 0").run(steps - 1)
  db.close()
}

export const pathsIn = (folder: string, name: string) => ({
  file: join(folder, `${name}.db`),
  objects: join(folder, `${name}-objects`)
})
