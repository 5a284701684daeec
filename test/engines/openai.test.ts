/** `Policy.openai` on real servers of the shipped models, beside the same models computed here. */
import { assert, describe, it } from "@effect/vitest"
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt } from "assay"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import sharp from "sharp"
import { afterAll, beforeAll } from "vitest"
import { Memory, runStudy } from "../../src/testing.ts"
import type { PolicyNode } from "../../src/engine.ts"
import * as Random from "../../src/pipeline/Random.ts"
import { capabilities } from "../../src/policy/openai/capabilities.ts"
import { has, type Running, transformers, vllm } from "./servers.ts"

const folder = mkdtempSync(join(tmpdir(), "assay-engines-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const pathOf = (name: string): string => join(import.meta.dirname, "../../assets", name)

const scenes = Data.shapes({ split: "validation", layout: "coco", count: 24 })

/** Greedy answers of a policy about the same scenes, and what the evaluation measured. */
const answers = (name: string, policy: PolicyNode<Policy.Sampler>) =>
  Effect.gen(function*() {
    const memory = new Memory(join(folder, name))
    const study = Experiment.make("served", {
      question: "Do they say the same?",
      policy,
      seeds: 1,
      pipeline: () =>
        Pipeline.from(scenes).pipe(Prompt.template(Prompt.enhanced), Evaluate.detection({ data: scenes, mode: "positive", maxTokens: 160 })),
      table: { metrics: ["mAP"] }
    })
    const [result] = yield* runStudy(memory, study)
    if (result!.status !== "done") throw new Error(result!.error)
    const [step] = memory.stage("detection").steps
    return {
      texts: step!.samples.map(({ completion }) => completion),
      lengths: step!.samples.map(({ tokenCount }) => tokenCount),
      metrics: Object.fromEntries(step!.metrics.map(({ name, value }) => [name, value]))
    }
  })

const picture = join(folder, "picture.png")
beforeAll(() => sharp({ create: { width: 100, height: 80, channels: 3, background: "#806020" } }).png().toFile(picture))

const question = (i: number) => ({
  messages: [{ role: "user" as const, content: [{ type: "image" as const }, { type: "text" as const, text: "Detect the following objects: red circle." }] }],
  images: [picture],
  key: Random.fold(Random.key(3), i)
})

const drawn = { n: 4, temperature: 1, topP: 1, topK: 0, maxTokens: 24 }

const samplerOf = (policy: ReturnType<typeof Policy.openai>) => Effect.map(Layer.build(policy.layer), Context.get(Policy.Sampler))

/** The same to the character, and the numbers of tokens, too. */
const saysTheSame = (name: string, model: string, policy: (url: string) => ReturnType<typeof Policy.openai>, running: () => Running) =>
  it.live(`says what ${model} says here, character by character`, () =>
    Effect.gen(function*() {
      const here = yield* answers(`${name}-here`, Policy.local(pathOf(model)))
      const there = yield* answers(`${name}-there`, policy(running().url))
      assert.deepStrictEqual(there.texts, here.texts)
      assert.deepStrictEqual(there.lengths, here.lengths)
      assert.deepStrictEqual(there.metrics, here.metrics)
    }))

describe.skipIf(!has("vllm")).each(["tiny-vl", "tiny-vl-large"])("vLLM with %s", (model) => {
  let server: Running
  beforeAll(async () => void (server = await vllm(pathOf(model))))
  afterAll(() => server.stop())
  const policy = (url: string) => Policy.openai({ url, model: "tiny", folder: pathOf(model) })

  saysTheSame(`vllm-${model}`, model, policy, () => server)

  it.live("does all that there is to ask of a server", () =>
    Effect.gen(function*() {
      const found = yield* capabilities({ url: server.url, timeoutSeconds: 300, patienceSeconds: 1 }, "tiny")
      assert.deepStrictEqual(found, { n: true, seed: true, logprobs: true, tokenIds: true, extras: true })
    }))

  it.live("draws groups that differ within and come again, and its log-probabilities are those of the model here", () =>
    Effect.gen(function*() {
      const sampler = yield* samplerOf(policy(server.url))
      const questions = [question(0), question(1)]
      const groups = yield* sampler.sample(questions, drawn)
      assert.deepStrictEqual(yield* sampler.sample(questions, drawn), groups)
      assert.deepStrictEqual(groups.map((group) => group.length), [4, 4])
      assert.isAbove(new Set(groups.flat().map(({ text }) => text)).size, 2)
      const local = yield* Layer.build(Policy.local(pathOf(model)).layer)
      const sequences = groups.flatMap((group, i) => group.map(({ tokens }) => ({ question: questions[i]!, tokens })))
      const own = yield* Context.get(local, Policy.Trainer).logprobs(sequences, "current")
      const gaps = groups.flat().flatMap(({ logprobs }, i) => logprobs.map((value, t) => Math.abs(value - own[i]![t]!)))
      assert.strictEqual(gaps.length, sequences.reduce((sum, { tokens }) => sum + tokens.length, 0))
      assert.isBelow(Math.max(...gaps), 1e-3)
    }).pipe(Effect.scoped))

  it.live("is told about prompts that are too long, and about models that it has not", () =>
    Effect.gen(function*() {
      const long = { ...question(0), messages: [{ role: "user" as const, content: "word ".repeat(5000) }], images: [] }
      const error = yield* Effect.flip((yield* samplerOf(policy(server.url))).sample([long], { ...drawn, n: 1 }))
      assert.match(error.message, /answered 400: .*2048/)
      const other = yield* Effect.flip((yield* samplerOf(Policy.openai({ url: server.url, model: "huge" }))).sample([question(0)], drawn))
      assert.match(other.message, /answered 404: .*huge.*does not exist.* Correct the url/)
    }).pipe(Effect.scoped))
})

describe.skipIf(!has("transformers"))("transformers serve with tiny-vl", () => {
  const model = pathOf("tiny-vl")
  let server: Running
  beforeAll(async () => void (server = await transformers(model)))
  afterAll(() => server.stop())

  saysTheSame("transformers", "tiny-vl", (url) => Policy.openai({ url, model, folder: model, concurrency: 2 }), () => server)

  it.live("gives one answer at a time, without ids or log-probabilities, and refuses what it does not know", () =>
    Effect.gen(function*() {
      const found = yield* capabilities({ url: server.url, timeoutSeconds: 300, patienceSeconds: 1 }, model)
      assert.deepInclude(found, { n: false, logprobs: false, tokenIds: false, extras: false })
      const sampler = yield* samplerOf(Policy.openai({ url: server.url, model, folder: model, concurrency: 1 }))
      const [group] = yield* sampler.sample([question(0)], drawn)
      assert.strictEqual(group!.length, 4)
      assert.deepStrictEqual(group!.map(({ logprobs }) => logprobs), [[], [], [], []])
    }).pipe(Effect.scoped))
})
