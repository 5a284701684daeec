/** Rows written through the journal as a training writes them, a transaction a step: how many a second, and their size in the file. */
import { statSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Metric from "../../src/pipeline/declare/Metric.ts"
import * as Random from "../../src/pipeline/Random.ts"
import { Journal } from "../../src/pipeline/run/journal.ts"
import type { ScopedSample, StepRecord } from "../../src/pipeline/run/Records.ts"
import * as Store from "../../src/store/index.ts"
import { together } from "../../src/workspace/importLogs/write.ts"
import * as Measure from "./measure.ts"
import { pathsIn } from "./largeStore.ts"

const metrics = Array.from({ length: 20 }, (_, i) => ({ ...Metric.make(`part-${i}`, "", "higher", "completion"), scope: "" }))

const metricsOf = (step: number): StepRecord => {
  const next = Random.stream(Random.key(step))
  return { step, metrics: metrics.map(({ name }) => ({ scope: "", name, value: next() })), samples: [] }
}

const sentence = "The red circle stands left of the blue square, and nothing else that was asked about is to be seen. "

/** 64 completions of three boxes, eight for each of eight questions, with three parts of reward. */
const samplesOf = (step: number): StepRecord => ({
  step,
  metrics: [],
  samples: Array.from({ length: 64 }, (_, ordinal): ScopedSample => ({
    ordinal,
    scope: "",
    example: `example-${step}-${ordinal >> 3}`,
    prompt: `${sentence}Where is the object number ${step} of ${ordinal >> 3}?`,
    completion: `${sentence}<answer>[{"bbox_2d": [${step}, ${ordinal}, 40, 50], "label": "circle"}]</answer>`,
    solution: `<answer>[{"bbox_2d": [${step}, 10, 40, 50], "label": "circle"}]</answer>`,
    tokenCount: 30 + ordinal,
    finishReason: "stop",
    rewards: [{ part: "ap", value: ordinal / 64 }, { part: "format", value: 1 }, { part: "length", value: 0.5 }],
    details: { image: `images/${step}-${ordinal >> 3}.png`, width: 640, height: 480, inputWidth: 112, inputHeight: 84 }
  }))
})

/** Writes `steps` of one stage, so many a transaction; seconds that it took, and bytes of the file afterwards. */
const write = (folder: string, name: string, steps: ReadonlyArray<StepRecord>, aTransaction: number) =>
  Effect.gen(function*() {
    const journal = yield* Journal
    const stage = yield* journal.openStage({ fingerprint: name, kind: "loop", name, config: {}, preimage: "{}", inputs: [], metrics })
    const start = performance.now()
    if (aTransaction === 1) yield* Effect.forEach(steps, (step) => journal.commitStep(stage, step), { discard: true })
    else {
      for (let first = 0; first < steps.length; first += aTransaction) yield* journal.commitSteps(stage, steps.slice(first, first + aTransaction))
    }
    return (performance.now() - start) / 1000
  }).pipe(
    Effect.provide(Store.layer(pathsIn(folder, name))),
    Effect.runPromise,
    (done) => done.then((seconds) => ({ seconds, bytes: statSync(pathsIn(folder, name).file).size }))
  )

/** Steps of 20 metrics and steps of 64 samples, each into a database of its own. */
export const measure = (steps: { readonly metrics: number; readonly samples: number }) =>
  Measure.inFolder(async (folder) => {
    const ofTraining = Array.from({ length: steps.metrics }, (_, step) => metricsOf(step))
    const empty = await write(folder, "empty", [], 1)
    const ofMetrics = await write(folder, "metrics", ofTraining, together)
    const oneByOne = await write(folder, "steps", ofTraining, 1)
    const ofSamples = await write(folder, "samples", Array.from({ length: steps.samples }, (_, step) => samplesOf(step)), 1)
    const rows = steps.metrics * metrics.length
    return {
      metricRowsPerSecond: rows / ofMetrics.seconds,
      bytesPerMetricRow: (ofMetrics.bytes - empty.bytes) / rows,
      metricRowsPerSecondOfTraining: rows / oneByOne.seconds,
      samplesPerSecond: steps.samples * 64 / ofSamples.seconds
    }
  })
