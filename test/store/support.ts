/** Databases of a test, and records to write into them. */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { Artifacts } from "../../src/pipeline/run/artifacts.ts"
import { Journal } from "../../src/pipeline/run/journal.ts"
import { Ledger } from "../../src/pipeline/run/ledger.ts"
import type { Artifact, Environment, ScopedSample, StageRecord, StepRecord } from "../../src/pipeline/run/Records.ts"
import * as Store from "../../src/store/index.ts"

/** A folder that is deleted when the scope closes. */
export const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "assay-store-"))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
)

export const filesIn = (folder: string) => ({
  file: path.join(folder, "runs.db"),
  objects: path.join(folder, "objects")
})

export type Files = ReturnType<typeof filesIn>

/** Where the file of an artifact lies. */
export const pathOf = ({ objects }: Files, { hash }: Artifact) => path.join(objects, hash.slice(0, 2), hash.slice(2))

/** Journal, ledger and artifacts of one database. */
export type Opened = Journal["Service"] & Ledger["Service"] & Artifacts["Service"]

export const opened = Effect.gen(function*(): Effect.fn.Return<Opened, never, Journal | Ledger | Artifacts> {
  return { ...(yield* Journal), ...(yield* Ledger), ...(yield* Artifacts) }
})

/** Runs `body` with a journal over a fresh runs.db. */
export const withJournal = <A, E>(body: (journal: Opened, files: Files) => Effect.Effect<A, E>) =>
  Effect.scoped(Effect.gen(function*() {
    const files = filesIn(yield* temporaryFolder)
    return yield* Effect.provide(Effect.flatMap(opened, (journal) => body(journal, files)), Store.layer(files))
  }))

/** Runs `body` with a read-only handle. */
export const reading = <A, E>(file: string, body: (handle: Store.Handle) => Effect.Effect<A, E>) =>
  Effect.scoped(Effect.flatMap(Store.openForReading({ file }), body))

export const environment: Environment = { facts: { node: "v24", cores: 2, "git.commit": "abc" } }

export const stageOf = (fingerprint: string, more: Partial<StageRecord> = {}): StageRecord => ({
  fingerprint,
  kind: "loop",
  name: "loop",
  config: { steps: 3 },
  preimage: `{"of":"${fingerprint}"}`,
  inputs: [],
  metrics: [],
  ...more
})

export const sampleOf = (ordinal: number, more: Partial<ScopedSample> = {}): ScopedSample => ({
  scope: "",
  ordinal,
  example: `example-${ordinal}`,
  prompt: "Where is the cat?",
  completion: "<answer>None</answer>",
  solution: "<answer>None</answer>",
  tokenCount: 12,
  finishReason: "stop",
  rewards: [],
  details: { image: "images/1.png", width: 640, height: 480, inputWidth: 112, inputHeight: 84 },
  ...more
})

export const stepOf = (
  step: number,
  metrics: Values,
  samples: StepRecord["samples"] = []
): StepRecord => ({
  step,
  metrics: metrics.map(([name, value]) => ({ scope: "", name, value })),
  samples
})

/** Metrics of a stage's own. */
export type Values = ReadonlyArray<readonly [name: string, value: number]>

export const put = (journal: Artifacts["Service"], text: string) =>
  journal.put("text/plain", (file) => Effect.sync(() => fs.writeFileSync(file, text)))

/** Writes an experiment with one run that has started its first stage, and returns the run. */
export const beginRun = (journal: Opened, experiment: string) =>
  Effect.gen(function*() {
    const variants = [{ name: "v", cell: {}, role: "variant" }] as const
    yield* journal.openExperiment({ name: experiment, question: "?", file: "s.ts", variants, table: { metrics: [], published: {} } }, environment)
    const run = yield* journal.openRun({ experiment, variant: "v", seed: 0, fingerprint: experiment, params: [] }, environment)
    const stage = yield* journal.openStage(stageOf(experiment))
    yield* journal.linkStage({ run, position: 0, stage, label: "loop", reused: false })
    return run
  })

/** Writes a whole finished experiment: `evaluations[variant]` has one stage a run, by seed from 0. */
export const writeStudy = (
  journal: Opened,
  name: string,
  variants: ReadonlyArray<{
    readonly name: string
    readonly role: "variant" | "baseline" | "reference"
    readonly stages: ReadonlyArray<{ readonly fingerprint: string; readonly metrics: Values }>
  }>
) =>
  Effect.gen(function*() {
    yield* journal.openExperiment({
      name,
      question: "Which?",
      file: "study.ts",
      variants: variants.map(({ name, role }) => ({ name, role, cell: { reward: name } })),
      table: { rows: "reward", metrics: [], published: {} }
    }, environment)
    for (const variant of variants) {
      for (const [seed, { fingerprint, metrics }] of variant.stages.entries()) {
        const run = yield* journal.openRun({
          experiment: name,
          variant: variant.name,
          seed,
          fingerprint: `${variant.name}-${seed}`,
          params: []
        }, environment)
        const found = yield* journal.findStage(fingerprint)
        const record = stageOf(fingerprint, { kind: "evaluate", name: "detection" })
        const stage = found?.id ?? (yield* journal.openStage(record))
        yield* journal.linkStage({ run, position: 0, stage, label: "detection", reused: found !== undefined })
        if (found === undefined) {
          yield* journal.closeStage(stage, { output: yield* put(journal, fingerprint), records: stepOf(0, metrics) })
        }
        yield* journal.closeRun(run, "done")
      }
    }
  })

/** Rows of a query on a database that this process has open. */
export const rows = (file: string, text: string) =>
  Effect.map(reading(file, (db) => Store.sql(db, text)), (result) => result.rows)

/** A study of one run, of one finished stage. */
export const oneRun = [
  { name: "a", role: "variant", stages: [{ fingerprint: "f", metrics: [["mAP", 1]] }] }
] as const
