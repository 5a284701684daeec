import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Random from "../../src/pipeline/Random.ts"
import { StageKey } from "../../src/pipeline/run/services.ts"
import * as Rollout from "../../src/rollout/index.ts"
import { bandit, prompt } from "../update/support.ts"

const template = { name: "plain", question: "{labels}", request: "", place: "after" } as const

const run = (ids: ReadonlyArray<string>, groupSize: number, seed = 0) =>
  Rollout.sample({ groupSize, maxTokens: 6 }).run({ template, task: "detection", rows: ids.map((id) => prompt(id)) }).pipe(
    Effect.provideService(StageKey, Random.key(seed)),
    Effect.provide(bandit(10).layer),
    Effect.map(({ groups }) => groups.map(({ completions }) => completions.map(({ text }) => text)))
  )

describe("Rollout.sample", () => {
  it.effect("samples a group for every prompt, in order, each under its rendered prompt", () =>
    Effect.gen(function*() {
      const prompts = ["a", "b", "c"].map((id) => prompt(id))
      const rollouts = yield* Rollout.sample({ groupSize: 4, maxTokens: 6 }).run({ template, task: "detection", rows: prompts }).pipe(
        Effect.provideService(StageKey, Random.key(0)),
        Effect.provide(bandit(10).layer)
      )
      assert.strictEqual(rollouts.maxTokens, 6)
      assert.deepStrictEqual(rollouts.groups.map((group) => group.prompt), prompts)
      assert.deepStrictEqual(rollouts.groups.map((group) => group.completions.length), [4, 4, 4])
      const rendered = prompts.map(({ messages }) => JSON.stringify(messages))
      assert.deepStrictEqual(rollouts.groups.map((group) => group.rendered), rendered)
    }))

  it.effect("draws a completion from its own stream, whatever is sampled beside it", () =>
    Effect.gen(function*() {
      const all = yield* run(["a", "b", "c"], 4)
      assert.strictEqual(new Set(all.flat()).size, 12)
      assert.deepStrictEqual(yield* run(["a"], 4), all.slice(0, 1))
      assert.deepStrictEqual(yield* run(["a", "b", "c"], 2), all.map((group) => group.slice(0, 2)))
      assert.notDeepEqual(yield* run(["a", "b", "c"], 4, 1), all)
    }))

  it("refuses settings that cannot be sampled with, and names the key", () => {
    const counts = [["groupSize", 0], ["topK", -1], ["maxTokens", 0], ["maxTokens", 1.5]] as const
    for (const [key, value] of [...counts, ["temperature", -1], ["topP", 0], ["topP", 1.1]] as const) {
      assert.throws(() => Rollout.sample({ groupSize: 2, maxTokens: 8, [key]: value }), new RegExp(key))
    }
  })
})
