import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Evaluate } from "../../src/evaluate/index.ts"
import * as Stage from "../../src/pipeline/declare/Stage.ts"
import { partsOf } from "../../src/pipeline/declare/Node.ts"
import * as Rows from "../../src/pipeline/Rows.ts"
import type { Recorder } from "../../src/pipeline/run/services.ts"
import { Sampler } from "../../src/policy/sampler.ts"
import type { Dataset } from "../../src/task/dataset.ts"
import type { Example } from "../../src/task/detection/example.ts"
import type { Asking } from "../../src/task/prompt.ts"
import * as Testing from "../../src/testing.ts"
import * as Reward from "../../src/reward/index.ts"

const example = (id: string, ...labels: ReadonlyArray<string>): Example => ({
  id,
  image: { path: `${id}.png`, width: 200, height: 100 },
  objects: labels.map((label, i) => ({
    label,
    box: { space: "original", x1: 40 * i, y1: 0, x2: 40 * i + 40, y2: 60 },
    area: 2400,
    crowd: false
  })),
  positives: labels,
  negatives: []
})

const examples = [example("a", "cat"), example("b", "dog", "cat"), example("empty"), example("c", "dog")]

const source = Stage.define({
  kind: "data",
  name: "pets",
  module: import.meta.url,
  config: Schema.Struct({}),
  run: () => Effect.succeed<Dataset<Example>>({
      name: "pets",
      categories: ["cat", "dog", "bird"],
      examples: Rows.of(examples),
      skipped: 0
    })
})

const only = Stage.define({
  kind: "filter",
  name: "only",
  module: import.meta.url,
  config: Schema.Struct({ id: Schema.String }),
  run: ({ id }, dataset: Dataset<Example>) =>
    Effect.map(Rows.toArray(dataset.examples), (all) => ({ ...dataset, examples: Rows.of(all.filter((one) => one.id === id)) }))
})

const prompts: Asking = {
  task: "detection",
  template: { name: "plain", question: "Find {labels}.", request: "Think first.", place: "after" }
}

/** Sees images at half their size and answers from a script, by image. */
const run = <E>(
  stage: Stage.Passes<Asking, E, Recorder | Sampler>,
  answers: { readonly [image: string]: string },
  input = prompts
) =>
  Effect.gen(function*() {
    const kept = Testing.recorded()
    const asked: Array<string> = []
    const shown: Array<ReadonlyArray<string>> = []
    yield* stage.run(input).pipe(
      Effect.provide(Testing.recording(kept)),
      Effect.provideService(Sampler, {
        pixelLimits: Effect.succeed({ minPixels: 4, maxPixels: 9000 }),
        inputSize: ({ height, width }) => Effect.succeed({ width: width / 2, height: height / 2 }),
        render: ({ messages }) => Effect.succeed(JSON.stringify(messages)),
        sample: (questions, options) =>
          Effect.sync(() => {
            assert.deepInclude(options, { n: 1, temperature: 0 })
            asked.push(...questions.map(({ messages }) => JSON.stringify(messages)))
            shown.push(...questions.map(({ images }) => images))
            return questions.map(({ images }) => {
              const text = answers[images[0]!] ?? "None"
              return [{ text, tokens: [...text].map(() => 0), logprobs: [], finishReason: "stop" as const }]
            })
          })
      })
    )
    return { metrics: Object.fromEntries(kept.metrics), samples: kept.samples, asked, shown }
  })

const cat = "<think></think><answer>```json\n[{\"bbox_2d\": [0, 0, 20, 30], \"label\": \"cat\"}]\n```</answer>"
const both = "[{\"bbox_2d\": [0, 0, 20, 30], \"label\": \"dog\"}, {\"bbox_2d\": [90, 40, 99, 49], \"label\": \"cow\"}]"

describe("Evaluate.detection", () => {
  it.effect("hides the picture where the prompts hid it, or where it is told to", () =>
    Effect.gen(function*() {
      const hidden = { ...prompts.template, image: "hidden" as const }
      const evaluation = { data: source({}), mode: "positive", maxTokens: 9 } as const
      for (const stage of [Evaluate.detection(evaluation), Evaluate.detection({ ...evaluation, template: hidden })]) {
        const { asked, samples, shown } = yield* run(stage, {}, { ...prompts, template: hidden })
        assert.deepStrictEqual(shown, [[], [], []])
        assert.notInclude(asked.join(), "image")
        assert.deepStrictEqual(samples.map(({ details }) => (details as { image: string }).image), ["a.png", "b.png", "c.png"], "people see it")
      }
      const { shown } = yield* run(Evaluate.detection({ ...evaluation, template: prompts.template }), {}, { ...prompts, template: hidden })
      assert.deepStrictEqual(shown, [["a.png"], ["b.png"], ["c.png"]])
    }))

  it.effect("asks about every image with labels, and measures in pixels of the image file", () =>
    Effect.gen(function*() {
      const stage = Evaluate.detection({ data: source({}), mode: "positive", reward: Reward.format(), batch: 2 })
      const { asked, metrics, samples } = yield* run(stage, { "a.png": cat, "b.png": both })
      assert.strictEqual(stage.gives, "input")
      assert.strictEqual(asked.length, 3)
      assert.match(asked[1]!, /Find dog; cat\./)
      // Of four objects, the cat of a and the dog of b are found; one of three boxes is no pet.
      assert.approximately(metrics["precision@0.5"]!, 200 / 3, 1e-9)
      assert.approximately(metrics["recall@0.5"]!, 50, 1e-9)
      assert.approximately(metrics["meanIoU"]!, 0.5, 1e-9)
      assert.approximately(metrics["F1@0.5"]!, 100 * 2 * (2 / 3) * 0.5 / (2 / 3 + 0.5), 1e-9)
      // Each of cat and dog: one of two found, at first rank: precision 1 up to recall 0.5.
      assert.approximately(metrics["mAP"]!, 100 * 51 / 101, 1e-9)
      assert.strictEqual(metrics["nmsAP"], metrics["mAP"], "no true box was met twice")
      assert.approximately(metrics["AR100"]!, 50, 1e-9)
      assert.notProperty(metrics, "APsmall")
      assert.approximately(metrics["formatRate"]!, 1 / 3, 1e-9)
      assert.approximately(metrics["reward"]!, 1 / 3, 1e-9)
      assert.deepInclude(metrics, { evaluationSize: 3, truncated: 0, minTokens: 4, maxTokens: both.length })
      assert.deepInclude(metrics, { predictedBoxes: 1, boxRatio: 0.75, duplicateShare: 0 })
      assert.deepInclude(metrics, { maxTokensBelowCut: both.length, answersFromCut: 0 })
      assert.deepInclude(metrics, { minPixels: 4, maxPixels: 9000 })
      assert.deepStrictEqual(samples.map(({ example, ordinal }) => [example, ordinal]), [["a", 0], ["b", 1], ["c", 2]])
      assert.deepStrictEqual(samples[0]!.tables!["box"], [
        { role: "true", label: "cat", space: "original", x1: 0, y1: 0, x2: 40, y2: 60 },
        { role: "predicted", label: "cat", space: "original", x1: 0, y1: 0, x2: 40, y2: 60 }
      ])
    }))

  it.effect("ranks images by their ids, whatever their order in the file", () =>
    Effect.gen(function*() {
      const withOrder = (...ids: ReadonlyArray<string>) =>
        Stage.define({
          kind: "data",
          name: "numbered",
          module: import.meta.url,
          config: Schema.Struct({}),
          run: () =>
            Effect.succeed<Dataset<Example>>({ name: "numbered", categories: ["cat", "dog"], examples: Rows.of(ids.map((id) => example(id, "cat"))), skipped: 0 })
        })
      // the answer about 10 is right and that about 9 is not: 9 comes first, as numbers go
      for (const ids of [["9", "10"], ["10", "9"]]) {
        const { metrics, samples } = yield* run(Evaluate.detection({ data: withOrder(...ids)({}), mode: "positive" }), {
          "10.png": cat,
          "9.png": cat.replace("[0, 0, 20, 30]", "[60, 0, 80, 30]")
        })
        assert.approximately(metrics["mAP"]!, 100 * 0.5 * 51 / 101, 1e-9)
        assert.deepStrictEqual(samples.map(({ example }) => example), ids)
      }
    }))

  it.effect("reads answers in thousandths where the template says so", () =>
    Effect.gen(function*() {
      const stage = Evaluate.detection({ data: source({}), mode: "positive" })
      const thousands = { ...prompts, template: { ...prompts.template, space: "thousand" as const } }
      const { samples } = yield* run(stage, { "a.png": cat.replace("[0, 0, 20, 30]", "[0, 0, 500, 1000]") }, thousands)
      assert.deepInclude(samples[0]!.tables!["box"]![1]!, { space: "original", x1: 0, y1: 0, x2: 100, y2: 100 })
    }))

  it.effect("asks for every category in mode all, of no more images than the limit", () =>
    Effect.gen(function*() {
      const { asked, metrics } = yield* run(Evaluate.detection({ data: source({}), mode: "all", limit: 2 }), {})
      assert.strictEqual(metrics["evaluationSize"], 2)
      assert.isTrue(asked.every((question) => question.includes("cat; dog; bird")))
    }))

  it.effect("filters its data, holds both as parts, and fails when nothing is left to ask", () =>
    Effect.gen(function*() {
      const stage = Evaluate.detection({ data: source({}), filter: only({ id: "empty" }), mode: "positive" })
      assert.deepStrictEqual(partsOf(stage).map(({ name }) => name), ["detection", "pets", "only"])
      assert.deepStrictEqual(stage.config, { mode: "positive", maxTokens: 256, batch: 64, tokenCut: 3000 })
      const error = yield* Effect.flip(run(stage, {}))
      assert.match(error.message, /nothing to ask about any image of "pets"/)
    }))

  it.effect("measures AP after OVDEval's suppression too: of boxes on one true box the last stays, whatever their labels", () =>
    Effect.gen(function*() {
      const hedged = (...labels: ReadonlyArray<string>) =>
        `[${labels.map((label) => `{"bbox_2d": [0, 0, 20, 30], "label": "${label}"}`).join(", ")}]`
      const of = (text: string) => run(Evaluate.detection({ data: source({}), filter: only({ id: "a" }), mode: "all" }), { "a.png": text })
      const ap = ({ metrics }: { readonly metrics: { readonly [name: string]: number } }) =>
        [Math.round(metrics["mAP"]!), Math.round(metrics["nmsAP"]!)]
      assert.deepStrictEqual(ap(yield* of(hedged("cat"))), [100, 100])
      assert.deepStrictEqual(ap(yield* of(hedged("cat", "dog", "bird"))), [100, 0])
      assert.deepStrictEqual(ap(yield* of(hedged("dog", "bird", "cat"))), [100, 100])
      assert.deepStrictEqual(ap(yield* of(hedged("cat", "cow"))), [100, 100], "a cow is no category here")
      const repeated = yield* of(hedged("cat", "cat", "cat", "cat"))
      assert.deepInclude(repeated.metrics, { predictedBoxes: 4, boxRatio: 4, duplicateShare: 0.75, "precision@0.5": 25 })
    }))

  it.effect("counts long answers apart, from a cut that can be set", () =>
    Effect.gen(function*() {
      const { metrics } = yield* run(Evaluate.detection({ data: source({}), mode: "positive", tokenCut: 5 }), { "a.png": cat })
      assert.deepInclude(metrics, { answersFromCut: 1, meanTokensBelowCut: 4, maxTokensBelowCut: 4, maxTokens: cat.length })
    }))

  it.effect("takes the template that a mixture has for its task", () =>
    Effect.gen(function*() {
      const stage = Evaluate.detection({ data: source({}), mode: "positive", limit: 1 })
      const counting = { task: "counting", template: { name: "c", question: "How many {label}?", request: "", place: "after" as const } }
      const first = yield* run(stage, {}, { ...counting, others: [prompts] })
      assert.match(first.asked[0]!, /Find cat\./)
      const without = yield* run(stage, {}, counting)
      assert.match(without.asked[0]!, /detect the following objects/)
    }))

  it.effect("finds the same with any batch size", () =>
    Effect.gen(function*() {
      const of = (batch: number) =>
        run(Evaluate.detection({ data: source({}), mode: "positive", batch }), { "a.png": cat, "b.png": both })
      assert.deepStrictEqual((yield* of(1)).metrics, (yield* of(3)).metrics)
      assert.deepStrictEqual((yield* of(1)).samples, (yield* of(3)).samples)
    }))
})
