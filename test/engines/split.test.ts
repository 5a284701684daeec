/** `Policy.split` on a real vLLM: what it samples is what is trained here, step by step. */
// @module-tag long
import { assert, describe, it } from "@effect/vitest"
import { Policy } from "assay"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { Subject } from "../../src/engine.ts"
import { questionIn } from "./question.ts"
import { has, type Running, vllm } from "./servers.ts"
import { writeUntied } from "./untied.ts"

const model = join(import.meta.dirname, "../../assets/tiny-vl")
const folder = mkdtempSync(join(tmpdir(), "assay-split-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const question = questionIn(folder)
const questions = [question(0), question(1)]
const drawn = { n: 4, temperature: 1, topP: 1, topK: 0, maxTokens: 40 }
const adamW = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, maxGradientNorm: 1 }

const lora = { rank: 8, alpha: 16, targets: ["q_proj", "v_proj", "o_proj", "down_proj"] as const }

describe.skipIf(!has("vllm"))("vLLM", () => {
  let server: Running
  beforeAll(async () => {
    await writeUntied(model, join(folder, "served"))
    server = await vllm(join(folder, "served"), ["--enable-lora", "--max-lora-rank", "8"])
  })
  afterAll(() => server.stop())

  const served = () => Policy.openai({ url: server.url, model: "tiny", folder: model })

  const alive = (sync: "reload" | "adapter") =>
    Effect.gen(function*() {
      const trainer = sync === "adapter" ? Policy.local(model, { lora }) : Policy.local(model)
      const services = yield* Layer.build(Policy.split({ sampler: served(), trainer, sync }).layer)
      return { sampler: Context.get(services, Policy.Sampler), trainer: Context.get(services, Policy.Trainer), subject: Context.get(services, Subject) }
    })

  /** The largest gap between the log-probabilities that came with fresh samples and those of the trainer. */
  const gap = ({ sampler, trainer }: Effect.Success<ReturnType<typeof alive>>) =>
    Effect.gen(function*() {
      const groups = yield* sampler.sample(questions, drawn)
      const sequences = groups.flatMap((group, i) => group.map(({ tokens }) => ({ question: questions[i]!, tokens })))
      const own = yield* trainer.logprobs(sequences, "current")
      const gaps = groups.flat().flatMap(({ logprobs, tokens }, i) => tokens.map((_, t) => Math.abs(logprobs[t]! - own[i]![t]!)))
      return { largest: Math.max(...gaps), groups, sequences }
    })

  it.live.each(["reload", "adapter"] as const)("samples by the weights of each step (%s), and by the first ones again", (sync) =>
    Effect.gen(function*() {
      const policy = yield* alive(sync)
      const first = yield* gap(policy)
      assert.isBelow(first.largest, 1e-3)
      let moved = 0
      for (let step = 0; step < 3; step++) {
        const before = yield* policy.trainer.logprobs(first.sequences, "current")
        yield* policy.trainer.backward(first.sequences, first.sequences.map(({ tokens }, i) => tokens.map(() => (i % 2 === 0 ? 1 : -1) / 100)))
        yield* policy.trainer.step(adamW)
        const after = yield* policy.trainer.logprobs(first.sequences, "current")
        moved = Math.max(moved, ...after.flat().map((value, t) => Math.abs(value - before.flat()[t]!)))
        assert.isBelow((yield* gap(policy)).largest, 1e-3, `after step ${step}`)
      }
      assert.isAbove(moved, 0.1, "the weights did change")
      yield* policy.subject.load("initial")
      assert.deepStrictEqual((yield* gap(policy)).groups.map((group) => group.map(({ text }) => text)), first.groups.map((group) => group.map(({ text }) => text)))
    }).pipe(Effect.scoped))
})
