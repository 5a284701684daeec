/** What a reward's judge is given besides two texts: the picture, the question and its boxes, other columns, the step. */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import sharp from "sharp"
import { LoopStep } from "../../src/pipeline/run/services.ts"
import type { Completion } from "../../src/policy/sampler.ts"
import * as Reward from "../../src/reward/index.ts"
import { scoreRows } from "../../src/reward/scoreRows.ts"
import type { Rollouts } from "../../src/rollout/rollouts.ts"
import { detection } from "../../src/task/detection/detection.ts"
import * as Testing from "../../src/testing.ts"
import { convert } from "../../src/vision/Box.ts"

/** A reward of a user's own: how red the picture is inside of the boxes that the answer names, in [0, 1]. */
export const redness = Reward.define({
  name: "redness",
  module: import.meta.url,
  config: Schema.Struct({}),
  looksUp: Reward.pixels,
  score: (_, { completion, found: image, prompt }) => {
    if (prompt === undefined) throw new Error("redness needs the sizes of the question")
    const sizes = { original: prompt.image, resized: prompt.input }
    let [red, count] = [0, 0]
    for (const { box } of Reward.boxes(completion, prompt.space)) {
      const { x1, x2, y1, y2 } = convert(box, "original", sizes)
      for (let y = Math.max(0, Math.round(y1)); y < Math.min(image.height, Math.round(y2)); y++) {
        for (let x = Math.max(0, Math.round(x1)); x < Math.min(image.width, Math.round(x2)); x++) {
          red += image.pixels[3 * (y * image.width + x)]! / 255
          count++
        }
      }
    }
    return count === 0 ? 0 : red / count
  }
})

/** What a row says of its licence. */
export const licensed = Reward.define({
  name: "licensed",
  module: import.meta.url,
  config: Schema.Struct({ licence: Schema.String }),
  score: ({ licence }, { columns }) => columns?.["licence"] === licence ? 1 : 0
})

/** Says which step it sees: step / 100, or -1. */
const steps = (scheduled: boolean) =>
  Reward.define({
    name: "steps",
    module: import.meta.url,
    config: Schema.Struct({}),
    scheduled,
    score: (_, { training }) => training === undefined ? -1 : training.step / training.steps
  })()

const folder = mkdtempSync(join(tmpdir(), "assay-sees-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A picture of 100 x 50 pixels, its left half red, its right half blue. */
const picture = async () => {
  const path = join(folder, "halves.png")
  const half = (r: number, b: number) => ({ create: { width: 50, height: 50, channels: 3 as const, background: { r, g: 0, b } } })
  const blue = await sharp(half(0, 255)).png().toBuffer()
  await sharp(half(255, 0)).extend({ right: 50 }).composite([{ input: blue, left: 50, top: 0 }]).png().toFile(path)
  return path
}

const say = (...corners: ReadonlyArray<number>) =>
  `<answer>\`\`\`json\n[{"bbox_2d": ${JSON.stringify(corners)}, "label": "half"}]\n\`\`\`</answer>`

const completion = (text: string): Completion => ({ tokens: [1], logprobs: [0], text, finishReason: "stop" })

const rollouts = (path: string, texts: ReadonlyArray<string>): Rollouts => ({
  maxTokens: 100,
  groups: [{
    rendered: "",
    prompt: {
      task: detection.name,
      id: "1",
      image: { path, width: 100, height: 50 },
      input: { width: 200, height: 100 },
      space: "resized",
      messages: [],
      asked: ["half"],
      truth: [],
      solution: say(0, 0, 100, 100),
      columns: { licence: "CC0" }
    },
    completions: texts.map(completion)
  }]
})

const scored = (reward: Reward.Reward, given: Rollouts, step?: LoopStep["Service"]) => {
  const kept = Testing.recorded()
  const stage = Reward.score(reward).run(given).pipe(Effect.provide(Testing.recording(kept)))
  const placed = step === undefined ? stage : Effect.provideService(stage, LoopStep, step)
  return Effect.map(placed, ({ rewards }) => ({ rewards: rewards[0]!, samples: kept.samples }))
}

describe("a reward of one's own", () => {
  it.effect("looks at the pixels of the picture, in the boxes that the answer names", () =>
    Effect.gen(function*() {
      const path = yield* Effect.promise(picture)
      const answers = [say(0, 0, 100, 100), say(100, 0, 200, 100), say(0, 0, 200, 100), "None"]
      assert.deepStrictEqual((yield* scored(redness(), rollouts(path, answers))).rewards, [1, 0, 0.5, 0])
    }))

  it.effect("looks at them also within other rewards", () =>
    Effect.gen(function*() {
      const path = yield* Effect.promise(picture)
      const reward = Reward.sum(Reward.weight(0.5, redness()), Reward.format())
      assert.deepStrictEqual((yield* scored(reward, rollouts(path, [say(0, 0, 100, 100)]))).rewards, [0.5])
    }))

  it.effect("whose picture cannot be read records why on each sample, and stops nothing", () =>
    Effect.gen(function*() {
      const missing = join(folder, "missing.png")
      const { rewards, samples } = yield* scored(redness(), rollouts(missing, ["a", "b"]))
      assert.deepStrictEqual(rewards, [0, 0])
      for (const { rewards: [part] } of samples) assert.include(part!.error, missing)
    }))

  it("that nobody looked anything up for says so instead of guessing", () => {
    assert.match(redness().score({ completion: "", solution: "" }).parts[0]!.error!, /Reward\.lookUp before score/)
  })

  it.effect("sees other columns of the example", () =>
    Effect.gen(function*() {
      const reward = Reward.sum(licensed({ licence: "CC0" }), licensed({ licence: "MIT" }))
      const { samples } = yield* scored(reward, rollouts("none.png", ["a"]))
      assert.deepStrictEqual(samples[0]!.rewards.map(({ value }) => value), [1, 0])
    }))

  it.effect("sees other columns and the picture of anybody's rows", () =>
    Effect.gen(function*() {
      const row = { completion: "", solution: "", image: yield* Effect.promise(picture), licence: "MIT" }
      const bytes = Reward.define({
        name: "bytes",
        module: import.meta.url,
        config: Schema.Struct({}),
        looksUp: Reward.pixels,
        score: (_, { found }) => found.pixels.length
      })
      const lines = [row, { ...row, image: ["a list is a column"] }].map((one, i) => ({ text: JSON.stringify(one), number: i + 1 }))
      const [first, second] = yield* scoreRows(lines, [licensed({ licence: "MIT" }), bytes()])
      assert.deepStrictEqual(first, { scores: { licensed: 1, bytes: 3 * 100 * 50 } })
      assert.deepInclude(second, { scores: { licensed: 1, bytes: 0 } })
      assert.match(JSON.stringify(second), /names none, in `image`/)
    }))

  it.effect("finds a thing out once for all samples that share it", () =>
    Effect.gen(function*() {
      let times = 0
      const counted = Reward.define({
        name: "counted",
        module: import.meta.url,
        config: Schema.Struct({}),
        looksUp: (_, { completion }) => ({ key: completion[0]!, find: Effect.sync(() => ++times) }),
        score: (_, { found }) => found
      })()
      assert.deepStrictEqual((yield* scored(counted, rollouts("", ["a1", "a2", "b1"]))).rewards, [1, 1, 2])
    }))
})

describe("the step of training", () => {
  const at = { step: 25, steps: 100, checkpoint: 20 }

  it.effect("is told to rewards that declare it, and to no others", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* scored(steps(true), rollouts("", ["a"]), at)).rewards, [0.25])
      assert.deepStrictEqual((yield* scored(steps(false), rollouts("", ["a"]), at)).rewards, [-1])
      assert.deepStrictEqual((yield* scored(steps(true), rollouts("", ["a"]))).rewards, [-1])
    }))

  it.effect("reaches a reward within others that do not declare it themselves", () =>
    Effect.gen(function*() {
      const reward = Reward.weight(2, Reward.sum(steps(true), steps(false)))
      assert.isTrue(reward.scheduled)
      const { samples } = yield* scored(reward, rollouts("", ["a"]), at)
      assert.deepStrictEqual(samples[0]!.rewards.map(({ value }) => value), [0.25, -1])
    }))

  it.effect("is all that a reward learns of the loop: nothing that a kill and a resume would change", () =>
    Effect.gen(function*() {
      let seen: unknown
      const spy = Reward.define({
        name: "spy",
        module: import.meta.url,
        config: Schema.Struct({}),
        scheduled: true,
        score: (_, { training }) => {
          seen = training
          return 0
        }
      })()
      yield* scored(spy, rollouts("", ["a"]), at)
      assert.deepStrictEqual(seen, { step: 25, steps: 100 })
    }))
})
