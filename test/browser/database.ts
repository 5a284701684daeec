/** A small real database, written through the journal, that tests of the page look at and go on writing to. */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import sharp from "sharp"
import * as Metric from "../../src/pipeline/declare/Metric.ts"
import type { ScopedSample, StepRecord } from "../../src/pipeline/run/Records.ts"
import { environment, type Opened, put, stageOf } from "../store/support.ts"

const inLoop = [
  Metric.make("reward", "", "higher", "completion"),
  Metric.make("reward/ap", "", "higher", "completion"),
  Metric.make("loss", "", "lower", "token"),
  Metric.make("kl", "nats", "neither", "token")
]
const heldOut = [
  Metric.make("mAP", "%", "higher", "image"),
  Metric.make("AP50", "%", "higher", "image"),
  Metric.make("recall@0.5", "%", "higher", "image"),
  Metric.make("meanTokens", "tokens", "neither", "image"),
  Metric.make("evaluationSize", "count", "neither", "image")
]

/** Steps of a training run. */
export const steps = 20

/** Pixels of every picture, original and as the model saw them. */
const size = { width: 96, height: 72, inputWidth: 112, inputHeight: 84 }

/** What a completion looks like that would like to be more than text. */
export const hostile = `<script>document.title = "owned"</script><img src=x onerror="document.title='owned'">\u202eevil\u0000`

const completions = ["<think>A cat.</think><answer>[{\"bbox_2d\": [12, 10, 60, 50], \"label\": \"cat\"}]</answer>", "<answer>None</answer>", hostile]

const sampleAt = (image: string, ordinal: number, better: number): ScopedSample => ({
  scope: "",
  ordinal,
  example: `example-${ordinal}`,
  prompt: `Where is the cat of picture ${ordinal}?`,
  completion: completions[ordinal % completions.length]!,
  solution: "<answer>[{\"bbox_2d\": [10, 10, 56, 48], \"label\": \"cat\"}]</answer>",
  tokenCount: 20 + ordinal,
  finishReason: ordinal % 5 === 4 ? "length" : "stop",
  rewards: [
    { part: "ap", value: Math.min(1, ordinal / 10 + better) },
    ordinal % 4 === 3 ? { part: "format", value: 0, error: "no think tag" } : { part: "format", value: 1 }
  ],
  details: { image, ...size },
  tables: {
    box: [
      { role: "true", label: "cat", space: "resized", x1: 10, y1: 10, x2: 56, y2: 48 },
      ...(ordinal % 3 === 0 ? [{ role: "predicted", label: "cat", space: "resized", x1: 12, y1: 10, x2: 60, y2: 50 }] : [])
    ]
  }
})

/** Rewards rise along a curve of their own, without chance: a test knows what it is to see. */
export const trainingStep = (image: string, step: number, better: number): StepRecord => ({
  step,
  metrics: [
    ["reward", 0.2 + better * step / steps],
    ["reward/ap", 0.1 + better * step / steps],
    ["loss", 1 / (step + 1)],
    ["kl", step / 1000]
  ].map(([name, value]) => ({ scope: "", name: name as string, value: value as number })),
  samples: step % 5 === 0 ? [0, 1, 2, 3].map((ordinal) => sampleAt(image, ordinal, better)) : []
})

const evaluation = (image: string, value: number): StepRecord => ({
  step: 0,
  metrics: [["mAP", value], ["AP50", value + 20], ["recall@0.5", value + 30], ["meanTokens", 24], ["evaluationSize", 10]]
    .map(([name, value]) => ({ scope: "", name: name as string, value: value as number })),
  samples: Array.from({ length: 10 }, (_, ordinal) => sampleAt(image, ordinal, value / 100))
})

export interface Row {
  readonly name: string
  readonly role: "variant" | "baseline" | "reference"
  /** mAP by seed; the reference has one for all. */
  readonly mAP: ReadonlyArray<number>
  /** Its labels on the axes, where they are more than its name. */
  readonly cell?: { readonly [axis: string]: string }
}

/** The rows of the written study. */
export const rows: ReadonlyArray<Row> = [
  { name: "base model", role: "reference", mAP: [12] },
  { name: "AP50", role: "baseline", mAP: [31, 33, 35] },
  { name: "weighted sum", role: "variant", mAP: [41, 42.5, 44.5] },
  { name: "weighted sum, cosine", role: "variant", mAP: [32, 31, 36] }
]

/** The study's name and the seeds of its runs. */
export const name = "reward-comparison"
export const seeds = [0, 1, 2]

export const drawPicture = async (folder: string): Promise<string> => {
  const file = path.join(folder, ".assay", "workspace", "grey.png")
  fs.mkdirSync(path.dirname(file), { recursive: true })
  await sharp({ create: { width: size.width, height: size.height, channels: 3, background: { r: 120, g: 140, b: 160 } } }).png().toFile(file)
  return file
}

/** Opens a run, links what it shares, and leaves its training loop open; `fingerprint` tells it from others. */
export const beginTraining = (journal: Opened, experiment: string, variant: string, seed: number) =>
  Effect.gen(function*() {
    const fingerprint = `${experiment} ${variant} ${seed}`
    const params = [{ path: "loop.steps", value: steps }, { path: "reward", value: variant }, { path: "seed", value: seed }]
    const run = yield* journal.openRun({ experiment, variant, seed, fingerprint, params }, environment)
    const config = { steps, batch: 8 }
    const loop = yield* journal.openStage(stageOf(`${fingerprint} loop`, { config, metrics: inLoop.map((metric) => ({ ...metric, scope: "" })) }))
    yield* journal.linkStage({ run, position: 0, stage: loop, label: "loop", reused: false })
    return { run, loop, fingerprint }
  })

const evaluate = (journal: Opened, run: number, position: number, fingerprint: string, image: string, value: number, label = "detection") =>
  Effect.gen(function*() {
    const known = yield* journal.findStage(`${fingerprint} ${label}`)
    const record = stageOf(`${fingerprint} ${label}`, {
      kind: "evaluate",
      name: label,
      config: { mode: "positive", maxTokens: 256 },
      metrics: heldOut.map((metric) => ({ ...metric, scope: "" }))
    })
    const stage = known?.id ?? (yield* journal.openStage(record))
    yield* journal.linkStage({ run, position, stage, label, reused: known !== undefined })
    if (known === undefined) yield* journal.closeStage(stage, { output: yield* put(journal, fingerprint), records: evaluation(image, value) })
  })

/** Closes what `beginTraining` began: its loop, its evaluation and the run. */
export const endTraining = (journal: Opened, { fingerprint, loop, run }: { readonly run: number; readonly loop: number; readonly fingerprint: string }, image: string, value: number) =>
  Effect.gen(function*() {
    yield* journal.closeStage(loop, { output: yield* put(journal, fingerprint) })
    yield* evaluate(journal, run, 1, fingerprint, image, value)
    yield* journal.closeRun(run, "done")
  })

const openStudy = (journal: Opened, experiment: string, question: string, some: ReadonlyArray<Row>) =>
  journal.openExperiment({
    name: experiment,
    question,
    file: "pipelines/reward-comparison.ts",
    variants: some.map(({ cell, name, role }) => ({ name, role, cell: cell ?? (role === "reference" ? {} : { reward: name }) })),
    table: {
      rows: "reward",
      metrics: ["mAP", "recall@0.5"].map((title) => ({ title, scope: "detection", name: title })),
      published: { AP50: [27.1, 58.05], "weighted sum": [27.5, null] }
    }
  }, environment)

/** Writes a whole finished study: the base model once for all seeds, and every other row trained under each seed. */
export const writeStudy = (journal: Opened, image: string) =>
  Effect.gen(function*() {
    yield* openStudy(journal, name, "Which reward trains the best detector?", rows)
    for (const row of rows) {
      for (const seed of seeds) {
        if (row.role === "reference") {
          const record = { experiment: name, variant: row.name, seed, fingerprint: `${name} base ${seed}`, params: [] }
          const run = yield* journal.openRun(record, environment)
          yield* evaluate(journal, run, 0, `${name} base`, image, row.mAP[0]!)
          yield* journal.closeRun(run, "done")
          continue
        }
        const begun = yield* beginTraining(journal, name, row.name, seed)
        const better = row.mAP[seed]! / 50
        for (let step = 0; step < steps; step++) yield* journal.commitStep(begun.loop, trainingStep(image, step, better))
        yield* endTraining(journal, begun, image, row.mAP[seed]!)
      }
    }
  })

/** Writes the plan of a second study of two rows and two seeds, whose runs a test begins and ends. */
export const planStudy = (journal: Opened, experiment: string) =>
  Effect.gen(function*() {
    const two: ReadonlyArray<Row> = [{ name: "AP50", role: "baseline", mAP: [] }, { name: "weighted sum", role: "variant", mAP: [] }]
    yield* openStudy(journal, experiment, "Does it hold on other pictures?", two)
    for (const { name: variant } of two) {
      for (const seed of [0, 1]) {
        yield* journal.openRun({ experiment, variant, seed, fingerprint: `${experiment} ${variant} ${seed}`, params: [] }, environment)
      }
    }
  })

/** Writes a finished study of two axes, one seed and no row for one of its four places; `beside` is a second evaluation of its runs. */
export const writeGrid = (journal: Opened, experiment: string, image: string, { beside }: { readonly beside?: string } = {}) =>
  Effect.gen(function*() {
    const some: ReadonlyArray<Row> = [
      { name: "AP50, 3B", role: "baseline", mAP: [31], cell: { reward: "AP50", size: "3B" } },
      { name: "AP50, 7B", role: "variant", mAP: [38.5], cell: { reward: "AP50", size: "7B" } },
      { name: "weighted sum, 7B", role: "variant", mAP: [47], cell: { reward: "weighted sum", size: "7B" } }
    ]
    yield* openStudy(journal, experiment, "Does size make up for the reward?", some)
    for (const { mAP, name: variant } of some) {
      const fingerprint = `${experiment} ${variant}`
      const run = yield* journal.openRun({ experiment, variant, seed: 0, fingerprint, params: [] }, environment)
      yield* evaluate(journal, run, 0, fingerprint, image, mAP[0]!)
      if (beside !== undefined) yield* evaluate(journal, run, 1, fingerprint, image, mAP[0]!, beside)
      yield* journal.closeRun(run, "done")
    }
  })
