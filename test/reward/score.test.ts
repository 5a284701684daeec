import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Completion } from "../../src/policy/sampler.ts"
import * as Reward from "../../src/reward/index.ts"
import type { Rollouts } from "../../src/rollout/rollouts.ts"
import { detection } from "../../src/task/detection/detection.ts"
import * as Testing from "../../src/testing.ts"

const box = { label: "cat", box: { space: "resized", x1: 0, y1: 0, x2: 50, y2: 50 } } as const
const right = "<think>t</think><answer>```json\n[{\"bbox_2d\": [0, 0, 50, 50], \"label\": \"cat\"}]\n```</answer>"

const completion = (text: string): Completion => ({
  tokens: [1, 2, 3],
  logprobs: [0, 0, 0],
  text,
  finishReason: "stop"
})

const rollouts: Rollouts = {
  maxTokens: 100,
  groups: [{
    rendered: "<image> Find cats.",
    prompt: {
      task: detection.name,
      id: "7",
      image: { path: "7.png", width: 100, height: 100 },
      input: { width: 56, height: 56 },
      space: "resized",
      messages: [],
      asked: ["cat"],
      truth: [box],
      solution: right
    },
    completions: [completion(right), completion("cat")]
  }]
}

describe("Reward.score", () => {
  it.effect("counts tokens as whoever sampled them did, where that is known", () =>
    Effect.gen(function*() {
      const kept = Testing.recorded()
      const counted = { ...rollouts, groups: rollouts.groups.map((group) => ({ ...group, completions: group.completions.map((one) => ({ ...one, tokenCount: 5 })) })) }
      yield* Reward.score(Reward.format()).run(counted).pipe(Effect.provide(Testing.recording(kept)))
      assert.strictEqual(Object.fromEntries(kept.metrics)["completionLength"], 5)
      assert.deepStrictEqual(kept.samples.map(({ tokenCount }) => tokenCount), [5, 5])
    }))

  it.effect("gives every completion its reward, and records means and samples", () =>
    Effect.gen(function*() {
      const kept = Testing.recorded()
      const { metrics, samples } = kept
      const stage = Reward.score(Reward.sum(Reward.weightedSum(), Reward.weight(0.5, Reward.format())))
      const scored = yield* stage.run(rollouts).pipe(Effect.provide(Testing.recording(kept)))
      assert.deepStrictEqual(scored.rewards, [[1.5, 0]])
      assert.deepStrictEqual(scored.parts, [[
        { weightedSum: { value: 1, factor: 1 }, format: { value: 1, factor: 0.5 } },
        { weightedSum: { value: 0, factor: 1 }, format: { value: 0, factor: 0.5 } }
      ]])
      assert.deepStrictEqual(Object.fromEntries(metrics), {
        "reward": 0.75,
        "rewardSd": Math.sqrt(2 * 0.75 ** 2),
        "reward/weightedSum": 0.5,
        "reward/format": 0.5,
        "formatRate": 0.5,
        "rewardErrors": 0,
        "completionLength": 3,
        "completionLengthMax": 3,
        "truncated": 0
      })
      assert.deepStrictEqual(samples.map(({ ordinal }) => ordinal), [0, 1])
      assert.deepInclude(samples[0]!, { example: "7", tokenCount: 3 })
      assert.deepStrictEqual(samples[0]!.details, { task: "detection", image: "7.png", width: 100, height: 100, inputWidth: 56, inputHeight: 56 })
      assert.deepStrictEqual(samples[0]!.tables!["box"]!.map((row) => [row["role"], row["space"], row["x2"]]), [
        ["true", "resized", 50],
        ["predicted", "resized", 50]
      ])
      assert.deepStrictEqual(samples[1]!.tables!["box"]!.map((row) => row["role"]), ["true"])
    }))
})
