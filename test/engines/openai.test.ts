/** `Policy.openai` on real servers of the shipped models, beside the same models computed here. */
import { assert, describe, it } from "@effect/vitest"
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt } from "assay"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import sharp from "sharp"
import { afterAll, beforeAll } from "vitest"
import { Memory, runStudy } from "../../src/testing.ts"
import type { PolicyNode } from "../../src/engine.ts"
import { loadText } from "../../src/model/loadText.ts"
import { load as loadConfig } from "../../src/model/modelConfig.ts"
import { capabilities } from "../../src/policy/openai/capabilities.ts"
import { dataUri } from "../../src/policy/openai/dataUri.ts"
import { promptTokens } from "../../src/policy/openai/readAlike.ts"
import { withImages } from "../../src/policy/openai/request.ts"
import { smartResize } from "../../src/vision/smartResize.ts"
import { questionIn } from "./question.ts"
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

const question = questionIn(folder)

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

/** The larger model says in a second server what the smaller one says in the first. */
const models = [{ model: "tiny-vl", tags: [] }, { model: "tiny-vl-large", tags: ["long"] }] as const

for (const { model, tags } of models) {
  describe.skipIf(!has("vllm"))(`vLLM with ${model}`, { tags: [...tags] }, () => {
    let server: Running
    beforeAll(async () => void (server = await vllm(pathOf(model))))
    afterAll(() => server.stop())
    const policy = (url: string) => Policy.openai({ url, model: "tiny", folder: pathOf(model) })

    saysTheSame(`vllm-${model}`, model, policy, () => server)

    it.live("does all that there is to ask of a server", () =>
      Effect.gen(function*() {
        const found = yield* capabilities({ url: server.url, timeoutSeconds: 300, patienceSeconds: 1 }, "tiny")
        assert.deepStrictEqual(found, { n: true, seed: true, logprobs: true, tokenIds: true, extras: true, topK: true })
      }))

    it.live("draws groups that differ within and come again, and its log-probabilities are those of the model here", () =>
      Effect.gen(function*() {
        const sampler = yield* samplerOf(policy(server.url))
        const questions = [question(0), question(1)]
        const groups = yield* sampler.sample(questions, drawn)
        // the same draws; what is computed together differs with the time at which each question comes, and with it the last digits
        const again = yield* sampler.sample(questions, drawn)
        assert.deepStrictEqual(again.flat().map(({ tokens }) => tokens), groups.flat().map(({ tokens }) => tokens))
        again.flat().forEach(({ logprobs }, i) => logprobs.forEach((value, t) => assert.approximately(value, groups.flat()[i]!.logprobs[t]!, 1e-4)))
        assert.deepStrictEqual(groups.map((group) => group.length), [4, 4])
        assert.isAbove(new Set(groups.flat().map(({ text }) => text)).size, 2)
        const local = yield* Layer.build(Policy.local(pathOf(model)).layer)
        const sequences = groups.flatMap((group, i) => group.map(({ tokens }) => ({ question: questions[i]!, tokens })))
        const own = yield* Context.get(local, Policy.Trainer).logprobs(sequences, "current")
        const gaps = groups.flat().flatMap(({ logprobs }, i) => logprobs.map((value, t) => Math.abs(value - own[i]![t]!)))
        assert.strictEqual(gaps.length, sequences.reduce((sum, { tokens }) => sum + tokens.length, 0))
        assert.isBelow(Math.max(...gaps), 1e-3)
      }).pipe(Effect.scoped))

    /** Sides around every rounding: of multiples of 28, of the limits, long and narrow. */
    const sizes = [[28, 28], [29, 57], [41, 43], [112, 84], [127, 99], [224, 224], [225, 223], [333, 77], [500, 21], [640, 480], [1023, 767]] as const

    it.live("reads prompts token by token as the folder says, pictures at the size that they are sent at", () =>
      Effect.gen(function*() {
        const { preprocessor: { maxPixels, merge, minPixels, patch } } = yield* loadConfig(pathOf(model))
        const text = yield* loadText(pathOf(model))
        for (const [width, height] of sizes) {
          const path = join(folder, `${width}x${height}.png`)
          yield* Effect.promise(() => sharp({ create: { width, height, channels: 3, background: "#608020" } }).png().toFile(path))
          const sent = yield* dataUri(path, (size) => Effect.fromResult(smartResize(size, { factor: patch * merge, minPixels, maxPixels })))
          const { messages } = question(0)
          const response = yield* Effect.promise(() =>
            fetch(`${server.url}/../tokenize`, {
              method: "POST",
              headers: { "content-type": "application/json" },
              body: JSON.stringify({ model: "tiny", messages: withImages(messages, [sent.uri]) })
            }))
          const { tokens } = yield* Effect.promise(() => response.json() as Promise<{ tokens: ReadonlyArray<number> }>)
          const rendered = yield* Effect.fromResult(text.render(messages, { addGenerationPrompt: true }))
          const expanded = yield* Effect.fromResult(text.expandImages(rendered, [(sent.width * sent.height) / (patch * merge) ** 2]))
          assert.deepStrictEqual(tokens, text.encode(expanded), `${width} x ${height}`)
          assert.strictEqual(yield* Effect.fromResult(promptTokens(text, messages, [sent], patch * merge)), tokens.length)
        }
      }))

    it.live("is refused where it would resize what it is sent, whose boxes would then be of another size", () =>
      Effect.gen(function*() {
        const pixels = { minPixels: 100_352, maxPixels: 200_704 }
        const sampler = yield* samplerOf(Policy.openai({ url: server.url, model: "tiny", folder: pathOf(model), pixels }))
        const error = yield* Effect.flip(sampler.sample([question(0)], drawn))
        assert.match(error.message, /reads \d+ tokens of a prompt that has \d+ by .*: it resizes pictures/)
      }).pipe(Effect.scoped))

    // one model shows it: a start takes a minute
    it.live.skipIf(model !== "tiny-vl")("that is killed with eight questions under way is asked again when it is back, and says what it would have said", () =>
      Effect.gen(function*() {
        const sampler = yield* samplerOf(policy(server.url))
        const questions = Array.from({ length: 8 }, (_, i) => question(i))
        const long = { ...drawn, n: 8, maxTokens: 160 }
        const said = (groups: Effect.Success<ReturnType<typeof sampler.sample>>) => groups.map((group) => group.map(({ tokens }) => tokens))
        const undisturbed = said(yield* sampler.sample(questions, long))
        const asking = yield* Effect.forkChild(sampler.sample(questions, long))
        const busy = /^vllm:num_requests_running\S* ([\d.]+)/m
        yield* Effect.promise(async () => {
          for (let running = 0; running < 8;) {
            running = Number(busy.exec(await (await fetch(`${server.url}/../metrics`)).text())?.[1] ?? 0)
          }
          await server.stop()
          server = await server.again()
        })
        assert.deepStrictEqual(said(yield* Fiber.join(asking)), undisturbed)
      }).pipe(Effect.scoped), { tags: ["long"] })

    it.live("is told about prompts that are too long, and about models that it has not", () =>
      Effect.gen(function*() {
        const long = { ...question(0), messages: [{ role: "user" as const, content: "word ".repeat(5000) }], images: [] }
        const error = yield* Effect.flip((yield* samplerOf(policy(server.url))).sample([long], { ...drawn, n: 1 }))
        assert.match(error.message, /answered 400: .*2048/)
        const other = yield* Effect.flip((yield* samplerOf(Policy.openai({ url: server.url, model: "huge" }))).sample([question(0)], drawn))
        assert.match(other.message, /answered 404: .*huge.*does not exist.* Correct the url/)
      }).pipe(Effect.scoped))
  })
}

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
