/** Policies of one's own. */
import { assert, describe, it } from "@effect/vitest"
import { Data, Evaluate, Experiment, Pipeline, Prompt, Reward, Rollout, Update } from "assay"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Memory, planStudy, runStudy } from "../../src/testing.ts"
import { parrot } from "./parrot.ts"

const memory = Effect.acquireRelease(
  Effect.sync(() => new Memory(mkdtempSync(join(tmpdir(), "assay-policy-")))),
  ({ folder }) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

const size = { width: 64, height: 64 }
const data = Data.shapes({ split: "train", layout: "ovdeval", count: 4, size })
const prompts = Pipeline.from(data).pipe(Prompt.template(Prompt.standard))

describe("a policy that only samples", () => {
  it.effect("is evaluated like any other", () =>
    Effect.gen(function*() {
      const journal = yield* memory
      const study = Experiment.make("asked", {
        question: "What does a parrot know?",
        policy: parrot({ says: "<think></think><answer>None</answer>" }),
        seeds: 1,
        pipeline: () => prompts.pipe(Evaluate.detection({ data, mode: "positive" })),
        table: { metrics: ["mAP"] }
      })
      const [result] = yield* runStudy(journal, study)
      assert.deepStrictEqual(result, { variant: "asked", seed: 0, status: "done" })
      const metrics = journal.stage("detection").steps[0]!.metrics
      assert.strictEqual(metrics.find(({ name }) => name === "mAP")!.value, 0)
    }))

  it.effect("fails when planning where a stage wants more of it and the types were not asked", () =>
    Effect.gen(function*() {
      const teaching = prompts.pipe(
        Pipeline.loop(
          { steps: 1, batch: 1, checkpointEvery: 1 },
          Rollout.sample({ groupSize: 2, maxTokens: 8 }),
          Reward.score(Reward.ap()),
          Update.grpo({ learningRate: 1 })
        )
      )
      const study = Experiment.make("taught", {
        question: "?",
        policy: parrot({ says: "None" }),
        seeds: 1,
        pipeline: () => teaching as never,
        table: { metrics: [] }
      })
      const error = yield* Effect.flip(planStudy(yield* memory, study))
      assert.strictEqual(error._tag, "InvalidExperiment")
      assert.match(error.message, /taught.*grpo.*needs a policy that is a Trainer.*"parrot" offers Sampler/)
    }))
})
