/** What a plan says of tokens to somebody who is going to pay for them. */
import { assert, describe, it } from "@effect/vitest"
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt, Reward, Rollout, Update } from "assay"
import * as Effect from "effect/Effect"
import { bills } from "../../../src/pipeline/plan/Tokens.ts"
import { memory, planStudy } from "../../pipeline/study.ts"

const prices = { promptTokens: 100, prefill: 1, sample: 2, train: 3 }

const prompts = Pipeline.from(Data.shapes({ split: "train", layout: "ovdeval", count: 50 })).pipe(Prompt.template(Prompt.enhanced))

const evaluation = (limit?: number) =>
  Evaluate.detection({ data: Data.shapes({ split: "validation", layout: "coco", count: 30 }), mode: "positive", maxTokens: 20, ...(limit !== undefined && { as: "watch", limit }) })

const study = (policy: ReturnType<typeof Policy.tinker> | ReturnType<typeof Policy.local>, iterations = 1) =>
  Experiment.make("billed", {
    question: "What does it cost?",
    policy,
    seeds: 2,
    pipeline: (_) =>
      prompts.pipe(
        Pipeline.loop(
          { steps: 6, batch: 4, checkpointEvery: 3 },
          Rollout.sample({ groupSize: 5, maxTokens: 10 }),
          Reward.score(Reward.format()),
          Update.grpo({ learningRate: 1e-4, iterations }),
          Pipeline.every(3, evaluation(8))
        ),
        evaluation()
      ),
    table: { metrics: ["detection/mAP"] }
  })

const billed = (policy: Parameters<typeof study>[0], iterations = 1) => Effect.map(planStudy(memory(), study(policy, iterations)), bills)

const tinker = (more: object = {}) => Policy.tinker({ url: "http://127.0.0.1:9", model: "assay:tiny-vl", ...more })

describe("a bill", () => {
  it.effect("counts every answer as long as it may be, in steps, watches and evaluations of all seeds", () =>
    Effect.gen(function*() {
      const [bill] = yield* billed(tinker())
      const [steps, watched, held] = [6 * 4 * 5, 2 * 8, 30]
      assert.deepInclude(bill, {
        prompts: 2 * (6 * 4 + watched + held),
        answers: 2 * (steps + watched + held),
        sampled: 2 * (steps * 10 + (watched + held) * 20),
        sequences: 2 * steps,
        trained: 2 * steps * 10,
        cost: undefined,
        unknown: []
      })
      const [twice] = yield* billed(tinker(), 2)
      assert.strictEqual(twice!.trained, 2 * bill!.trained)
    }))

  it.effect("has a cost where there are prices, prompts included, of what is sampled and of what is trained on", () =>
    Effect.gen(function*() {
      const [bill] = yield* billed(tinker({ prices }))
      const { prompts, sampled, sequences, trained } = bill!
      assert.approximately(bill!.cost!, (prompts * 100 * 1 + sampled * 2 + (sequences * 100 + trained) * 3) / 1e6, 1e-12)
      assert.strictEqual(bill!.prices!.currency, "USD")
    }))

  it.effect("is not sent for a policy that computes here", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* billed(Policy.tiny()), [])
    }))
})
