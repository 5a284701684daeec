/** The engine's toy study, with held-out answers that have an image, boxes and reward parts. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import sharp from "sharp"
import * as Experiment from "../../../src/pipeline/declare/Experiment.ts"
import * as Pipeline from "../../../src/pipeline/declare/Pipeline.ts"
import * as Metric from "../../../src/pipeline/declare/Metric.ts"
import * as Stage from "../../../src/pipeline/declare/Stage.ts"
import { Generated, Recorder } from "../../../src/pipeline/run/services.ts"
import { toArray } from "../../../src/pipeline/Rows.ts"
import * as Toy from "../../pipeline/toy.ts"

export const answer = Stage.define({
  kind: "evaluate",
  name: "answer",
  module: import.meta.url,
  config: Schema.Struct({ pause: Schema.Finite }),
  subject: "reads",
  needs: [Toy.Vector],
  gives: "input",
  metrics: [Metric.make("score", "", "higher", "prompt"), Metric.make("evaluationSize", "count", "neither", "prompt")],
  run: ({ pause }, { rows }: Toy.Prompts) =>
    Effect.gen(function*() {
      const { folder } = yield* Generated
      const recorder = yield* Recorder
      const image = join(folder, "grey.png")
      const background = { r: 128, g: 128, b: 128 }
      yield* Effect.promise(async () => {
        await mkdir(folder, { recursive: true })
        await sharp({ create: { width: 56, height: 42, channels: 3, background } }).png().toFile(image)
      })
      yield* Effect.sleep(pause)
      const score = (yield* Toy.Vector).weights().reduce((sum, weight) => sum + weight, 0)
      recorder.metric("score", score)
      recorder.metric("evaluationSize", rows.size)
      recorder.samples((yield* toArray(rows)).map((prompt, ordinal) => ({
        ordinal,
        example: `example-${ordinal}`,
        prompt: `Where is ${prompt}?`,
        completion: `<answer>\u001b[31m${prompt}</answer>`,
        solution: "<answer>None</answer>",
        tokenCount: 7,
        finishReason: "stop",
        details: { image, width: 56, height: 42, inputWidth: 56, inputHeight: 28 },
        rewards: [{ part: "low", value: score }, { part: "format", value: 0, error: "no think tag" }],
        tables: {
          box: [
            { role: "true", label: "red circle", space: "resized", x1: 4, y1: 4, x2: 20, y2: 20 },
            { role: "predicted", label: "red circle", space: "resized", x1: 6, y1: 5, x2: 24, y2: 18 }
          ]
        }
      })))
    })
})

const prepared = Pipeline.from(Toy.count({ to: 10 })).pipe(Toy.atMost({ limit: 6 }), Toy.ask({ scale: 0.5 }))

export default Experiment.make("tastes", {
  question: "Which taste climbs higher?",
  policy: Toy.vector({ size: 4 }),
  seeds: 2,
  axes: { taste: { low: Toy.low({ sharpness: 2 }), high: Toy.high({ sharpness: 1 }) } },
  baseline: { taste: "low" },
  pipeline: ({ taste }) =>
    prepared.pipe(
      Pipeline.loop(
        { steps: 5, batch: 3, checkpointEvery: 2 },
        Toy.sample({ groupSize: 2 }),
        Toy.score(taste),
        Toy.climb({ rate: 0.1 })
      ),
      answer({ pause: 0 })
    ),
  references: { untrained: prepared.pipe(answer({ pause: 0 })) },
  table: { rows: "taste", metrics: ["score"], published: { high: [1.25] } },
  scales: { quick: { "loop.steps": 2 } }
})
