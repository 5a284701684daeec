/** Mixtures are scored task by task, and a task that nobody scores is found before anything runs. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt, Reward, Rollout, Task, Update } from "../../src/index.ts"
import type { Completion } from "../../src/policy/sampler.ts"
import type { Rollouts } from "../../src/rollout/rollouts.ts"
import * as Testing from "../../src/testing.ts"

const right = "<think></think><answer>3</answer>"

describe("Reward.byTask", () => {
  const reward = Reward.byTask({
    counting: Reward.sum(Reward.countingAccuracy(), Reward.format()),
    region: Reward.sum(Reward.weight(2, Reward.regionAccuracy()), Reward.format())
  })
  const score = (task: string | undefined, completion: string, solution: string) => reward.score({ completion, solution, task })

  it("scores a completion by the reward of its task alone", () => {
    assert.deepStrictEqual(score("counting", right, right), {
      total: 2,
      parts: [{ part: "countingAccuracy", value: 1 }, { part: "format", value: 1 }]
    })
    assert.strictEqual(score("region", "cat", "<answer>cat</answer>").total, 2)
    assert.deepStrictEqual(reward.partNames, ["countingAccuracy", "format", "regionAccuracy"])
    assert.deepStrictEqual(reward.covers, ["counting", "region"])
  })

  it("says what it lacks for a completion of another task, or of none", () => {
    for (const [task, named] of [["detection", "\"detection\""], [undefined, "undefined"]] as const) {
      const { parts, total } = score(task, right, right)
      assert.strictEqual(total, 0)
      assert.include(parts[0]!.error!, `no reward for the task ${named}; byTask has those of counting, region`)
    }
  })

  it("keeps its parts apart from those of the rewards that it is summed with", () => {
    const summed = Reward.sum(reward, Reward.format())
    assert.deepStrictEqual(summed.partNames, ["countingAccuracy", "format", "regionAccuracy", "format 2"])
    const parts = summed.score({ completion: "cat", solution: "cat", task: "region" }).parts
    assert.deepStrictEqual(parts.map(({ part, value }) => [part, value]), [["regionAccuracy", 1], ["format", 0], ["format 2", 0]])
  })

  it.effect("is summed up part by part, over the completions that have the part", () =>
    Effect.gen(function*() {
      const completion = (text: string): Completion => ({ tokens: [1], logprobs: [0], text, finishReason: "stop" })
      const group = (task: string, solution: string, ...texts: ReadonlyArray<string>) => ({
        rendered: "?",
        prompt: {
          task,
          id: task,
          image: { path: "7.png", width: 100, height: 100 },
          input: { width: 56, height: 56 },
          space: "resized" as const,
          messages: [],
          asked: { box: { space: "resized", x1: 0, y1: 0, x2: 1, y2: 1 }, options: ["cat", "dog"] },
          truth: solution,
          solution
        },
        completions: texts.map(completion)
      })
      const rollouts: Rollouts = { maxTokens: 9, groups: [group("counting", right, right, "4"), group("region", "cat", "cat", "cat")] }
      const kept = Testing.recorded()
      const scored = yield* Reward.score(reward).run(rollouts).pipe(Effect.provide(Testing.recording(kept)))
      assert.deepStrictEqual(scored.rewards, [[2, 0], [2, 2]])
      const means = Object.fromEntries([...kept.metrics].filter(([name]) => name.startsWith("reward/")))
      assert.deepStrictEqual(means, { "reward/countingAccuracy": 0.5, "reward/format": 0.25, "reward/regionAccuracy": 1 })
      assert.deepStrictEqual(kept.samples.map(({ rewards }) => rewards.length), [2, 2, 2, 2])
      const one = Testing.recorded()
      yield* Reward.score(reward).run({ ...rollouts, groups: rollouts.groups.slice(1) }).pipe(Effect.provide(Testing.recording(one)))
      assert.isFalse(one.metrics.has("reward/countingAccuracy"), "no completion has the part")
    }))
})

describe("planning", () => {
  const scenes = Data.shapes({ split: "train", layout: "coco", count: 8 })
  const detection = Pipeline.from(scenes).pipe(Prompt.template(Prompt.standard))
  const counting = Pipeline.from(Task.counting.questions(scenes)).pipe(Prompt.template(Prompt.standard, Task.counting.task))
  const parts = { detection, counting }
  const mixed = (ratios: { readonly detection: number; readonly counting: number }) => Pipeline.from(Data.mix({ parts, ratios }))
  const train = (reward: Reward.Reward) =>
    Pipeline.loop(
      { steps: 1, batch: 2, checkpointEvery: 1 },
      Rollout.sample({ groupSize: 2, maxTokens: 8 }),
      Reward.score(Reward.sum(reward, Reward.format())),
      Update.grpo({ learningRate: 1e-4 })
    )
  const plan = (pipeline: ReturnType<typeof mixed>) =>
    Effect.acquireUseRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "assay-plan-"))),
      (folder) =>
        Testing.planStudy(
          new Testing.Memory(folder),
          Experiment.make("mixed", {
            question: "?",
            policy: Policy.tiny(),
            seeds: 1,
            pipeline: () => pipeline,
            table: { metrics: [] }
          })
        ),
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
    )
  const reward = Reward.byTask({ detection: Reward.weightedSum() })
  const both = Reward.byTask({ detection: Reward.weightedSum(), counting: Reward.countingAccuracy() })

  it.effect("fails where a task of the mixture has no reward, naming it", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(plan(mixed({ detection: 1, counting: 1 }).pipe(train(reward)) as never))
      assert.match(error.message, /the reward "byTask" \(.*byTask\.test\.ts:\d+\) deals with "detection", and is given "counting" too/)
      yield* plan(mixed({ detection: 1, counting: 1 }).pipe(train(both)) as never)
      yield* plan(mixed({ detection: 1, counting: 0 }).pipe(train(reward)) as never)
    }))

  it.effect("looks at each loop's own prompts, and at the task of an evaluation", () =>
    Effect.gen(function*() {
      yield* plan(detection.pipe(train(reward)) as never)
      const evaluation = Evaluate.counting({ data: Task.counting.questions(scenes), reward })
      assert.match((yield* Effect.flip(plan(detection.pipe(train(reward), evaluation) as never))).message, /is given "counting" too/)
      yield* plan(detection.pipe(train(reward), Evaluate.counting({ data: Task.counting.questions(scenes), reward: both })) as never)
    }))
})
