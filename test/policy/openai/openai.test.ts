/** A policy behind an OpenAI-compatible server. What the real ones do with it: test/engines. */
import { assert, describe, it } from "@effect/vitest"
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt } from "assay"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import sharp from "sharp"
import { afterAll, afterEach, beforeAll } from "vitest"
import { Answers } from "../../../src/pipeline/run/answers.ts"
import * as Random from "../../../src/pipeline/Random.ts"
import { Memory, planStudy } from "../../../src/testing.ts"
import { ChatCompletion, failureIn, textOf } from "../../../src/protocol/chat.ts"
import { type Answer, refusing, send, type Served, serve, transformers, vllm } from "./dialects.ts"

const folder = mkdtempSync(join(tmpdir(), "assay-openai-"))
const picture = join(folder, "picture.png")
beforeAll(() => sharp({ create: { width: 75, height: 61, channels: 3, background: "#204060" } }).png().toFile(picture))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const servers: Array<Served> = []
afterEach(() => Promise.all(servers.splice(0).map(({ close }) => close())))

const serving = (answer: Answer) =>
  Effect.tap(Effect.promise(() => serve(answer)), (served) => Effect.sync(() => servers.push(served)))

/** The policy's sampler, for whoever is served. */
const samplerOf = (url: string, more: Partial<Policy.OpenaiOptions> = {}) =>
  Effect.map(Layer.build(Policy.openai({ url, model: "tiny", patienceSeconds: 3, ...more }).layer), Context.get(Policy.Sampler))

const question = (text: string, i = 0) => ({
  messages: [{ role: "user" as const, content: [{ type: "image" as const }, { type: "text" as const, text }] }],
  images: [picture],
  key: Random.fold(Random.key(1), i)
})

const drawn = { n: 3, temperature: 1, topP: 0.9, topK: 0, maxTokens: 20 }
const greedy = { ...drawn, n: 1, temperature: 0, topP: 1 }

/** What was asked after the probe, whose questions have no picture. */
const asked = ({ asked }: Served) => asked.filter(({ messages }) => typeof messages[0]!.content !== "string")

const seen = (served: Served) =>
  Effect.promise(() => {
    const [piece] = asked(served)[0]!.messages[0]!.content as ReadonlyArray<{ image_url: { url: string } }>
    return sharp(Buffer.from(piece!.image_url.url.replace("data:image/png;base64,", ""), "base64")).metadata()
  })

describe("a server that gives several answers, ids and log-probabilities", () => {
  it.effect("is asked once for a group, with everything that shapes an answer", () =>
    Effect.gen(function*() {
      const served = yield* serving(vllm)
      const sampler = yield* samplerOf(served.url, { folder: "assay:tiny-vl" })
      const [group, other] = yield* sampler.sample([question("Where?"), question("What?", 1)], drawn)
      assert.strictEqual(asked(served).length, 2)
      const [first, second] = ["Where?", "What?"].map((text) => asked(served).find((request) => JSON.stringify(request.messages).includes(text)))
      assert.deepInclude(first, { model: "tiny", n: 3, max_tokens: 20, temperature: 1, top_p: 0.9, top_k: -1, min_p: 0, repetition_penalty: 1, presence_penalty: 0 })
      assert.notStrictEqual(first!.seed, second!.seed)
      assert.isTrue(Number.isInteger(first!.seed) && first!.seed >= 0 && first!.seed < 2 ** 31)
      assert.deepStrictEqual(group!.map(({ text }) => text), [0, 1, 2].map((i) => `<think>Hm.</think>Where? ${first!.seed} ${i}`))
      assert.deepStrictEqual(group!.map(({ finishReason }) => finishReason), ["stop", "length", "stop"])
      assert.deepStrictEqual([group![0]!.tokens, group![0]!.logprobs], [[5, 6], [-0.5, -0.25]])
      assert.include(other![0]!.text, "What?")
    }).pipe(Effect.scoped))

  it.effect("draws the same again for the same key", () =>
    Effect.gen(function*() {
      const served = yield* serving(vllm)
      const sampler = yield* samplerOf(served.url)
      const twice = [yield* sampler.sample([question("?")], drawn), yield* sampler.sample([question("?")], drawn)]
      assert.deepStrictEqual(twice[0], twice[1])
    }).pipe(Effect.scoped))
})

describe("a server that gives one answer, takes thoughts apart and refuses what it does not know", () => {
  it.effect("is asked for each answer, with a seed of its own, in words that it takes", () =>
    Effect.gen(function*() {
      const served = yield* serving(transformers)
      const sampler = yield* samplerOf(served.url)
      const [group] = yield* sampler.sample([question("Where?")], drawn)
      assert.deepStrictEqual(asked(served).map(({ n }) => n), [1, 1, 1])
      assert.strictEqual(new Set(asked(served).map(({ seed }) => seed)).size, 3)
      assert.deepStrictEqual(group!.map(({ text }) => text), asked(served).map(({ seed }) => `<think>Hm.</think>Where? ${seed} 0`))
      assert.deepStrictEqual([group![0]!.tokens.length, group![0]!.logprobs], [3, []], "it says how many tokens, not which")
    }).pipe(Effect.scoped))

  it.effect("is asked without words that it refuses", () =>
    Effect.gen(function*() {
      const served = yield* serving(refusing((request) => (request.n > 1 && "n must be 1") || ("logprobs" in request && "no logprobs")))
      const [group] = yield* (yield* samplerOf(served.url)).sample([question("Where?")], drawn)
      assert.strictEqual(group!.length, 3)
      assert.deepStrictEqual(asked(served).map((request) => [request.n, "logprobs" in request]), [[1, false], [1, false], [1, false]])
    }).pipe(Effect.scoped))

  it.effect("is refused where top-k is wanted of it", () =>
    Effect.gen(function*() {
      const served = yield* serving(transformers)
      const error = yield* Effect.flip((yield* samplerOf(served.url)).sample([question("?")], { ...drawn, topK: 5 }))
      assert.match(error.message, /does not take top_k, and topK 5 is wanted/)
    }).pipe(Effect.scoped))

  it.effect("says a greedy answer once, however many are wanted, and its tokens are counted by the folder's tokenizer", () =>
    Effect.gen(function*() {
      const served = yield* serving(transformers)
      const sampler = yield* samplerOf(served.url, { folder: "assay:tiny-vl" })
      const [group] = yield* sampler.sample([question("Where is it?")], { ...greedy, n: 2 })
      assert.deepStrictEqual([asked(served).length, group!.length, group![0]!.text === group![1]!.text], [1, 2, true])
      assert.isAbove(group![0]!.tokens.length, 3)
      assert.strictEqual(group![0]!.tokenCount, 3, "the server counted what was said, the tokenizer what was put together")
    }).pipe(Effect.scoped))

  it.effect("does not say all that the model said, which is told once", () =>
    Effect.gen(function*() {
      const told: Array<string> = []
      const logger = Logger.make<unknown, void>(({ message }) => void told.push(String(message)))
      const served = yield* serving(transformers)
      const sampler = yield* samplerOf(served.url, { folder: "assay:tiny-vl" })
      yield* sampler.sample([question("Where?"), question("What?", 1)], greedy).pipe(Effect.provide(Logger.layer([logger])))
      assert.lengthOf(told, 1)
      assert.match(told[0]!, /takes thoughts apart from answers, and does not send all .* has \d+ tokens by assay:tiny-vl, where the server counted 3/)
    }).pipe(Effect.scoped))
})

describe("images", () => {
  it.effect("are sent at the size that the model is to see, by its folder's limits or by those given", () =>
    Effect.gen(function*() {
      const served = yield* serving(vllm)
      const sampler = yield* samplerOf(served.url, { folder: "assay:tiny-vl" })
      const size = yield* sampler.inputSize({ width: 75, height: 61 })
      yield* sampler.sample([question("?")], greedy)
      assert.deepInclude(yield* seen(served), { ...size, format: "png" })
      const limits = { minPixels: 200 * 200, maxPixels: 300 * 300 }
      const larger = yield* serving(vllm)
      const other = yield* samplerOf(larger.url, { folder: "assay:tiny-vl", pixels: limits })
      yield* other.sample([question("?")], greedy)
      assert.deepInclude(yield* seen(larger), yield* other.inputSize({ width: 75, height: 61 }))
      assert.deepStrictEqual(yield* other.pixelLimits!, limits)
    }).pipe(Effect.scoped))

  it.effect("that the server resizes are refused, as the boxes in its answers would be of another size; nothing is kept of those", () =>
    Effect.gen(function*() {
      const kept: Array<string> = []
      const answers = { find: () => Effect.undefined, keep: (key: string) => Effect.sync(() => void kept.push(key)) }
      const resizing: Answer = (_, response) =>
        send(response, { choices: [{ message: { content: "a" }, finish_reason: "stop" }], usage: { prompt_tokens: 9, completion_tokens: 2 } })
      const served = yield* serving(resizing)
      const sampler = yield* samplerOf(served.url, { folder: "assay:tiny-vl" })
      const error = yield* Effect.flip(sampler.sample([question("?")], greedy).pipe(Effect.provideService(Answers, answers)))
      assert.match(error.message, /\/v1 reads 9 tokens of a prompt that has 20 by assay:tiny-vl: it resizes pictures/)
      assert.deepStrictEqual([kept, error.exitCode, error.everybodys], [[], 3, true])
    }).pipe(Effect.scoped))

  const Side = Schema.Int.check(Schema.isBetween({ minimum: 30, maximum: 3000 }))

  it.effect.prop("keep their size in the server's own resizing", [Side, Side], ([width, height]) =>
    Effect.gen(function*() {
      const sampler = yield* samplerOf("http://nowhere/v1")
      const size = yield* sampler.inputSize({ width, height })
      assert.deepStrictEqual(yield* sampler.inputSize(size), size)
    }).pipe(Effect.scoped), { arbitrary: { runs: 100 } })
})

describe("a server in trouble", () => {
  /** Answers the first real questions as it does, and all others like vLLM. */
  const troubled = (times: number, trouble: Answer): Answer => {
    let met = 0
    return (request, response, count) =>
      typeof request.messages[0]!.content !== "string" && met++ < times ? trouble(request, response, count) : vllm(request, response, count)
  }

  const ended = (...reasons: ReadonlyArray<string | null>) => reasons.map((finish_reason) => ({ message: { content: "half" }, finish_reason }))

  const troubles: ReadonlyArray<readonly [string, Answer]> = [
    ["is busy", (_, response) => send(response, { error: { message: "slow down" } }, 429)],
    ["breaks", (_, response) => send(response, { detail: "oh" }, 503)],
    ["drops the connection", (_, response) => void response.destroy()],
    ["breaks off in the middle of an answer", (_, response) => {
      response.writeHead(200, { "content-length": 1000 })
      response.write("{\"choices\": [{\"message\"")
      setTimeout(() => response.destroy(), 20)
    }],
    ["breaks off in the middle of an answer that comes in chunks", (_, response) => {
      response.writeHead(200, { "content-type": "application/json" })
      response.write("{\"choices\": [{\"message\": {\"content\": \"<think>")
      setTimeout(() => response.destroy(), 20)
    }],
    ["sends half an answer as if it were one", (_, response) => void response.writeHead(200).end("{\"choices\": [{")],
    ["aborts an answer", (_, response) => send(response, { choices: ended("stop", "abort", "stop") })],
    ["says nothing of how an answer ended", (_, response) => send(response, { choices: ended("stop", "stop", null) })],
    ["sends fewer answers than were asked for", (_, response) => send(response, { choices: ended("stop", "length") })]
  ]

  it.live.each(troubles)("that %s is asked again", ([, trouble]) =>
    Effect.gen(function*() {
      const served = yield* serving(troubled(1, trouble))
      const [group] = yield* (yield* samplerOf(served.url)).sample([question("Where?")], drawn)
      assert.deepStrictEqual([asked(served).length, group!.length], [2, 3])
      assert.isTrue(group!.every(({ text }) => text.includes("Where?")))
    }).pipe(Effect.scoped))

  it.live("that stays in trouble is given up after a while, and said", () =>
    Effect.gen(function*() {
      const served = yield* serving(troubled(Infinity, troubles[1]![1]))
      const error = yield* Effect.flip((yield* samplerOf(served.url, { patienceSeconds: 1 })).sample([question("?")], greedy))
      assert.match(error.message, /\/v1 answered 503: oh\. It was asked again for 1 s\./)
      assert.deepInclude(error, { exitCode: 1, everybodys: true })
    }).pipe(Effect.scoped))

  it.live("whose answers are never whole is given up, and what they lack is said; nothing is kept of them", () =>
    Effect.gen(function*() {
      const kept: Array<string> = []
      const answers = { find: () => Effect.undefined, keep: (key: string) => Effect.sync(() => void kept.push(key)) }
      const served = yield* serving(troubled(Infinity, (_, response) => send(response, { choices: ended("content_filter") })))
      const sampler = yield* samplerOf(served.url, { patienceSeconds: 1 })
      const error = yield* Effect.flip(sampler.sample([question("?")], greedy).pipe(Effect.provideService(Answers, answers)))
      assert.match(error.message, /\/v1 ended an answer with "content_filter", not by "stop" or "length"\. It was asked again for 1 s\./)
      assert.deepStrictEqual([kept, error.exitCode], [[], 1])
    }).pipe(Effect.scoped))

  const busyFor = (header: string): Answer => (_, response) => {
    response.setHeader("retry-after", header)
    send(response, { error: { message: "slow down" } }, 429)
  }

  const ways: ReadonlyArray<readonly [string, () => string]> = [
    ["seconds", () => "1"],
    ["a date", () => new Date(Date.now() + 2000).toUTCString()]
  ]

  it.live.each(ways)("that says in %s when to come again is left alone until then", ([, header]) =>
    Effect.gen(function*() {
      const at: Array<number> = []
      const answer = troubled(1, (...all) => busyFor(header())(...all))
      const served = yield* serving((request, ...rest) => {
        if (typeof request.messages[0]!.content !== "string") at.push(Date.now())
        return answer(request, ...rest)
      })
      yield* (yield* samplerOf(served.url)).sample([question("Where?")], greedy)
      assert.strictEqual(at.length, 2)
      assert.isAtLeast(at[1]! - at[0]!, 1000)
    }).pipe(Effect.scoped))

  it.live("that wants to be left alone for longer than there is patience is given up, and why is said", () =>
    Effect.gen(function*() {
      const served = yield* serving(troubled(Infinity, busyFor("3600")))
      const error = yield* Effect.flip((yield* samplerOf(served.url)).sample([question("?")], greedy))
      assert.match(error.message, /answered 429: slow down\. .* left alone for 3600 s: see patienceSeconds\./)
    }).pipe(Effect.scoped))

  it.live("that does not answer in time is asked again", () =>
    Effect.gen(function*() {
      const served = yield* serving(troubled(1, () => {}))
      const sampler = yield* samplerOf(served.url, { timeoutSeconds: 0.3 })
      const [group] = yield* sampler.sample([question("?")], greedy)
      assert.strictEqual(group!.length, 1)
    }).pipe(Effect.scoped))

  it.live("that is not there is named, with what to do", () =>
    Effect.gen(function*() {
      const { close, url } = yield* Effect.promise(() => serve(vllm))
      yield* Effect.promise(close)
      const error = yield* Effect.flip((yield* samplerOf(url, { patienceSeconds: 0.1 })).sample([question("?")], greedy))
      assert.match(error.message, /127\.0\.0\.1:\d+\/v1 cannot be reached \(.*ECONNREFUSED.*\)\. Start it, or correct the url\./)
    }).pipe(Effect.scoped))
})

describe("a request that the server refuses", () => {
  const refusing = (status: number, body: unknown): Answer => (request, response, count) =>
    typeof request.messages[0]!.content === "string" ? vllm(request, response, count) : send(response, body, status)

  it.live("because the prompt is too long is not sent again, and is no other run's trouble", () =>
    Effect.gen(function*() {
      const served = yield* serving(refusing(400, { error: { message: "maximum context length is 2048 tokens", type: "BadRequestError" } }))
      const error = yield* Effect.flip((yield* samplerOf(served.url)).sample([question("?")], greedy))
      assert.match(error.message, /answered 400: maximum context length is 2048 tokens\. Change what the message names\./)
      assert.deepStrictEqual([asked(served).length, error.exitCode, error.everybodys], [1, 3, false])
    }).pipe(Effect.scoped))

  it.live("because there is no such model says where the names are", () =>
    Effect.gen(function*() {
      const served = yield* serving((_, response) => send(response, { error: { message: "The model `tiny` does not exist." } }, 404))
      const error = yield* Effect.flip((yield* samplerOf(served.url)).sample([question("?")], greedy))
      assert.match(error.message, /answered 404: The model `tiny` does not exist\. Correct the url .* as its \/v1\/models says it\./)
    }).pipe(Effect.scoped))
})

describe("questions", () => {
  it.live("are asked several at a time, never more than said", () =>
    Effect.gen(function*() {
      const served = yield* serving((request, response, count) => void setTimeout(() => vllm(request, response, count), 30))
      const sampler = yield* samplerOf(served.url, { concurrency: 4 })
      yield* sampler.sample(Array.from({ length: 12 }, (_, i) => question("?", i)), greedy)
      assert.strictEqual(served.atOnce(), 4)
      assert.strictEqual(asked(served).length, 12)
    }).pipe(Effect.scoped))
})

describe("a study", () => {
  const planned = (options: Policy.OpenaiOptions) => {
    const data = Data.shapes({ split: "validation", layout: "coco", count: 1 })
    const study = Experiment.make("served", {
      question: "?",
      policy: Policy.openai(options),
      seeds: 1,
      pipeline: () => Pipeline.from(data).pipe(Prompt.template(Prompt.enhanced), Evaluate.detection({ data, mode: "positive", maxTokens: 8 })),
      table: { metrics: ["mAP"] }
    })
    return Effect.map(planStudy(new Memory(join(folder, "plan")), study), ({ runs }) => runs[0]!.stages.at(-1)!.fingerprint)
  }
  const server = { url: "http://nowhere/v1", model: "tiny" }

  it.effect("asks again for another server or model, and not for how patiently it is asked", () =>
    Effect.gen(function*() {
      const plain = yield* planned(server)
      assert.strictEqual(yield* planned({ ...server, concurrency: 2, timeoutSeconds: 9, patienceSeconds: 9, keyVariable: "KEY" }), plain)
      assert.notStrictEqual(yield* planned({ ...server, url: "http://elsewhere/v1" }), plain)
      assert.notStrictEqual(yield* planned({ ...server, model: "large" }), plain)
    }))
})

describe("what a server sends", () => {
  const decode = Schema.decodeUnknownOption(Schema.fromJsonString(ChatCompletion))

  it.prop("is read or refused, whatever it is", [Schema.Union([Schema.String, Schema.Json])], ([content]) => {
    const body = typeof content === "string" ? content : JSON.stringify({ choices: [{ message: { content } }] })
    const found = decode(body)
    if (found._tag === "Some") for (const choice of found.value.choices) assert.isString(textOf(choice))
    assert.isAtMost(failureIn(body).length, 303)
  })

  it("has its thoughts put back where it took them apart", () => {
    const say = (message: object) => textOf({ message })
    assert.strictEqual(say({ content: "<answer>1</answer>", reasoning_content: "One." }), "<think>One.</think><answer>1</answer>")
    assert.strictEqual(say({ content: null, reasoning: "One." }), "<think>One.</think>")
    assert.strictEqual(textOf({ message: { content: "", reasoning_content: "I see a" }, finish_reason: "length" }), "<think>I see a")
    assert.strictEqual(textOf({ message: { content: "a", reasoning_content: "I see" }, finish_reason: "length" }), "<think>I see</think>a")
    assert.strictEqual(say({ content: "", reasoning_content: "I see a<|im_end|>" }), "<think>I see a")
    assert.strictEqual(say({ content: "<answer>1</answer><|im_end|><|endoftext|>" }), "<answer>1</answer>")
    assert.strictEqual(say({ content: "<think>a</think>b", reasoning: null }), "<think>a</think>b")
  })
})
