/** What a server can do, asked before anything runs. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { afterEach } from "vitest"
import { openai } from "../../../src/policy/openai/openai.ts"
import { split } from "../../../src/policy/split/split.ts"
import { local } from "../../../src/policy/local/local.ts"
import { type Answer, ignoring, refusing, send, type Served, serve, transformers, vllm, vllmSelf } from "./dialects.ts"

const servers: Array<Served> = []
afterEach(() => Promise.all(servers.splice(0).map(({ close }) => close())))

const serving = (answer: Answer, self?: { readonly [path: string]: unknown }) =>
  Effect.tap(Effect.promise(() => serve(answer, self)), (served) => Effect.sync(() => servers.push(served)))

const wanting = (wants: object) => [{ stage: "sample", node: { name: "sample", config: {}, parts: {} }, wants: { n: 2, topK: 0, maxTokens: 20, ...wants } }]

const probe = (url: string, wants: object = {}) => openai({ url, model: "tiny" }).probe!(wanting(wants), 0)

describe("what is found out about a server", () => {
  it.effect("is what it can do, and what it says of itself", () =>
    Effect.gen(function*() {
      const served = yield* serving(vllm, vllmSelf)
      assert.deepStrictEqual(yield* probe(served.url), {
        "server.url": served.url,
        "server.model": "tiny",
        "server.software": "vllm 0.32.0",
        "server.contextTokens": 2048,
        "server.n": 1,
        "server.seed": 1,
        "server.logprobs": 1,
        "server.tokenIds": 1,
        "server.extras": 1,
        "server.topK": 1,
        "server.continuousBatching": 1
      })
    }))

  it.effect("leaves out what it does not say", () =>
    Effect.gen(function*() {
      const served = yield* serving(transformers)
      assert.deepStrictEqual(yield* probe(served.url), {
        "server.url": served.url,
        "server.model": "tiny",
        "server.n": 0,
        "server.seed": 1,
        "server.logprobs": 0,
        "server.tokenIds": 0,
        "server.extras": 0,
        "server.topK": 0
      })
    }))

  it.effect("is what it does, not what it takes", () =>
    Effect.gen(function*() {
      const served = yield* serving(ignoring)
      assert.deepInclude(yield* probe(served.url), { "server.n": 1, "server.extras": 1, "server.topK": 0, "server.tokenIds": 0 })
      const error = yield* Effect.flip(probe(served.url, { topK: 5 }))
      assert.match(error.message, /\/v1 takes top_k and ignores it, and by the stage "sample" topK 5 is wanted/)
    }))

  it.effect("takes no refusal of one thing for one of another", () =>
    Effect.gen(function*() {
      const single = yield* serving(refusing(({ n }) => n > 1 && "n must be 1"))
      assert.deepInclude(yield* probe(single.url, { topK: 5 }), { "server.n": 0, "server.logprobs": 1, "server.extras": 1, "server.topK": 1 })
      const poor = yield* serving(refusing((request) => (request.n > 1 && "n must be 1") || ("logprobs" in request && "no logprobs") || ("top_k" in request && "no top_k")))
      assert.deepInclude(yield* probe(poor.url), { "server.n": 0, "server.logprobs": 0, "server.extras": 0 })
      const silent = yield* serving(refusing((request) => "logprobs" in request && "no logprobs"))
      assert.deepInclude(yield* probe(silent.url), { "server.n": 1, "server.logprobs": 0, "server.extras": 1, "server.topK": 1 })
    }))

  it.effect("is asked once, by however many policies at a time, and again where it failed", () =>
    Effect.gen(function*() {
      let broken = true
      const served = yield* serving((request, response, count) => broken ? send(response, {}, 503) : vllm(request, response, count))
      yield* Effect.flip(probe(served.url))
      const before = served.asked.length
      broken = false
      yield* Effect.all([probe(served.url), probe(served.url)], { concurrency: 2 })
      yield* probe(served.url)
      assert.strictEqual(served.asked.length - before, 4)
    }))

  it.effect("is asked for a policy that trains elsewhere, too", () =>
    Effect.gen(function*() {
      const served = yield* serving(transformers)
      const policy = split({ sampler: openai({ url: served.url, model: "tiny" }), trainer: local("assay:tiny-vl"), sync: "reload" })
      const error = yield* Effect.flip(policy.probe!(wanting({ topK: 5 }), 0))
      assert.match(error.message, /does not take top_k/)
    }))
})

describe("a server that samples for what trains elsewhere", () => {
  const joined = (url: string, sync: "reload" | "adapter", folder = "assay:tiny-vl") =>
    split({ sampler: openai({ url, model: "tiny", ...(folder === "" ? {} : { folder }) }), trainer: local("assay:tiny-vl"), sync }).probe!(wanting({}), 0)

  it.effect("is refused where it could not be given weights, with how it is started", () =>
    Effect.gen(function*() {
      const served = yield* serving(vllm, vllmSelf)
      const model = yield* Effect.flip(joined(served.url, "reload"))
      assert.match(model.message, /\/v1 takes no weights: it has no \/weight_info\. Weights are loaded by vLLM alone, started with VLLM_SERVER_DEV_MODE=1\./)
      const adapter = yield* Effect.flip(joined(served.url, "adapter"))
      assert.match(adapter.message, /takes no adapters: it has no load_lora_adapter\. Adapters are loaded by vLLM alone, started with VLLM_ALLOW/)
      assert.strictEqual(adapter.exitCode, 3)
      const able = yield* serving(vllm, { ...vllmSelf, "/weight_info": { weight_version: "default" }, "/v1/load_lora_adapter": {} })
      yield* joined(able.url, "reload")
      yield* joined(able.url, "adapter")
    }))

  it.effect("is refused where nobody could tell the tokens of its answers", () =>
    Effect.gen(function*() {
      const served = yield* serving(transformers, { "/weight_info": { weight_version: "default" } })
      const error = yield* Effect.flip(joined(served.url, "reload", ""))
      assert.match(error.message, /\/v1 does not tell the tokens of its answers, which are trained on\. Name the trainer's folder as its `folder`/)
      yield* joined(served.url, "reload")
    }))
})

describe("a server is refused", () => {
  it.effect("that does not take what a stage wants", () =>
    Effect.gen(function*() {
      const served = yield* serving(transformers)
      const error = yield* Effect.flip(probe(served.url, { topK: 5 }))
      assert.match(error.message, /\/v1 does not take top_k, and by the stage "sample" topK 5 is wanted\. Sample with topK 0, or by another server\./)
      assert.strictEqual(error.exitCode, 3)
    }))

  it.effect("that has no room for the answers", () =>
    Effect.gen(function*() {
      const served = yield* serving(vllm, vllmSelf)
      const error = yield* Effect.flip(probe(served.url, { maxTokens: 2048 }))
      assert.match(error.message, /has room for 2048 tokens, prompt included, and by the stage "sample" answers of maxTokens 2048 are wanted/)
    }))

  it.effect("that has no such model, with those that it has", () =>
    Effect.gen(function*() {
      const served = yield* serving((_, response) => send(response, { error: { message: "The model `huge` does not exist." } }, 404), vllmSelf)
      const error = yield* Effect.flip(openai({ url: served.url, model: "huge" }).probe!([], 0))
      assert.match(error.message, /answered 404: The model `huge` does not exist \(it has "tiny"\)\. Correct the url/)
      assert.strictEqual(error.exitCode, 3)
    }))

  it.effect("that is not there, which it may yet be", () =>
    Effect.gen(function*() {
      const { close, url } = yield* Effect.promise(() => serve(vllm))
      yield* Effect.promise(close)
      const error = yield* Effect.flip(probe(url))
      assert.match(error.message, /cannot be reached \(.*ECONNREFUSED.*\)\. Start it, or correct the url\./)
      assert.strictEqual(error.exitCode, 1)
    }))
})
