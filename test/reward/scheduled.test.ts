/** A threshold that rises in a training loop, also in one that is killed and goes on. */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Data, Evaluate, Experiment, Pipeline, Reward, Rollout, Rows, Stage } from "assay"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Prompt, Prompts } from "../../src/task/prompt.ts"
import { detection } from "../../src/task/detection/detection.ts"
import { Memory, runStudy } from "../../src/testing.ts"
import { guesser, learnNothing } from "./guesser.ts"

const folder = mkdtempSync(join(tmpdir(), "assay-scheduled-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const prompt = (id: string): Prompt => ({
  task: detection.name,
  id,
  image: { path: "none.png", width: 200, height: 200 },
  input: { width: 200, height: 200 },
  space: "resized",
  messages: [],
  asked: ["cat"],
  truth: [],
  solution: "<answer>[{\"bbox_2d\": [0, 0, 100, 100], \"label\": \"cat\"}]</answer>"
})

/** Two prompts. */
export const asked = Stage.define({
  kind: "prompt",
  name: "asked",
  module: import.meta.url,
  config: Schema.Struct({}),
  run: (): Prompts => ({
    task: detection.name,
    template: { name: "none", request: "", place: "after" },
    rows: Rows.of([prompt("a"), prompt("b")])
  })
})

const threshold = [{ from: 0, value: 0.7 }, { from: 0.5, value: 0.9 }] as const

const study = Experiment.make("rising", {
  question: "Does the threshold rise?",
  policy: guesser({ label: "cat" }),
  seeds: 1,
  pipeline: () =>
    Pipeline.from(asked({})).pipe(
      Pipeline.loop(
        { steps: 6, batch: 2, checkpointEvery: 2 },
        Rollout.sample({ groupSize: 8, maxTokens: 8 }),
        Reward.score(Reward.sum(Reward.dynamicIou({ threshold }), Reward.meanIou())),
        learnNothing({})
      )
    ),
  table: { metrics: [] }
})

interface Sample {
  readonly step: number
  readonly dynamic: number
  readonly iou: number
}

const samplesOf = (journal: Memory): ReadonlyArray<Sample> =>
  journal.stage("loop").steps.flatMap(({ samples, step }) =>
    samples.map(({ rewards: [dynamic, iou] }) => ({ step, dynamic: dynamic!.value, iou: iou!.value })))

describe("a rising threshold", () => {
  it.effect("is 0.7 in the first half of a loop's steps and 0.9 in the second", () =>
    Effect.gen(function*() {
      const journal = new Memory(join(folder, "whole"))
      yield* runStudy(journal, study)
      const samples = samplesOf(journal)
      assert.strictEqual(samples.length, 6 * 2 * 8)
      for (const { dynamic, iou, step } of samples) {
        assert.strictEqual(dynamic, iou >= (step < 3 ? 0.7 : 0.9) ? iou : 0, `IoU ${iou} at step ${step}`)
      }
      const between = samples.filter(({ iou }) => iou >= 0.7 && iou < 0.9)
      assert.isTrue(between.some(({ step }) => step < 3) && between.some(({ step }) => step >= 3), "the rise is seen")
    }))

  it.effect("is the same, bit by bit, after a kill at any step", () =>
    Effect.gen(function*() {
      const whole = new Memory(join(folder, "undisturbed"))
      yield* runStudy(whole, study)
      for (let killAt = 0; killAt < 6; killAt++) {
        const journal = new Memory(join(folder, `killed-${killAt}`))
        journal.onCommit = (_stage, step) => step === killAt ? Effect.interrupt : Effect.void
        yield* Effect.exit(runStudy(journal, study))
        journal.onCommit = () => Effect.void
        yield* runStudy(journal, study)
        assert.deepStrictEqual(samplesOf(journal), samplesOf(whole), `killed after step ${killAt}`)
      }
    }))
})

/** How many pixels the picture has, and minus the step where one is told. */
export const pixelsAndStep = Reward.define({
  name: "pixelsAndStep",
  module: import.meta.url,
  config: Schema.Struct({}),
  scheduled: true,
  looksUp: Reward.pixels,
  score: (_, { found, training }) => found.width * found.height - (training?.step ?? 0)
})

describe("an evaluation", () => {
  it.effect("shows a reward the picture, and within a loop too no step, so that its figures compare", () =>
    Effect.gen(function*() {
      const journal = new Memory(join(folder, "watched"))
      const data = Data.shapes({ split: "validation", layout: "coco", count: 2, size: { width: 128, height: 64 } })
      const watched = Experiment.make("watched", {
        question: "Is it the same at every step?",
        policy: guesser({ label: "cat" }),
        seeds: 1,
        pipeline: () =>
          Pipeline.from(asked({})).pipe(
            Pipeline.loop(
              { steps: 3, batch: 2, checkpointEvery: 3 },
              Rollout.sample({ groupSize: 2, maxTokens: 8 }),
              Reward.score(Reward.meanIou()),
              learnNothing({}),
              Pipeline.every(1, Evaluate.detection({ as: "watch", data, mode: "positive", reward: pixelsAndStep() }))
            )
          ),
        table: { metrics: ["watch/reward"] }
      })
      const [result] = yield* runStudy(journal, watched)
      assert.strictEqual(result!.status, "done")
      const rewards = journal.stage("loop").steps.flatMap(({ metrics }) =>
        metrics.filter(({ name, scope }) => scope === "watch" && name === "reward").map(({ value }) => value))
      assert.deepStrictEqual(rewards, [128 * 64, 128 * 64, 128 * 64])
    }))
})
