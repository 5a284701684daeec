/** The official client of OpenAI for Node, and our own policy, at a server on loopback. */
import { assert, describe, it } from "@effect/vitest"
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt } from "assay"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { join } from "node:path"
import OpenAI, { BadRequestError, NotFoundError } from "openai"
import { afterAll, beforeAll } from "vitest"
import type { PolicyNode } from "../../../src/pipeline/declare/policyNode.ts"
import * as Random from "../../../src/pipeline/Random.ts"
import { capabilities } from "../../../src/policy/openai/capabilities.ts"
import { serve } from "../../../src/server/http/serve.ts"
import { handlerOf } from "../../../src/server/openai/handler.ts"
import { open } from "../../../src/server/model/model.ts"
import { Memory, runStudy } from "../../../src/testing.ts"
import { temporary } from "../../cli/support.ts"
import { name, questionAbout, scene, text } from "./support.ts"

const scope = Scope.makeUnsafe()
let url: string
let client: OpenAI
let picture: string
beforeAll(async () => {
  const started = Effect.gen(function*() {
    return yield* serve({ handler: yield* handlerOf(yield* open(name)) })
  })
  url = `${(await Effect.runPromise(Effect.provideService(started, Scope.Scope, scope))).url}/v1`
  client = new OpenAI({ baseURL: url, apiKey: "none", maxRetries: 0 })
  picture = await scene(0)
})
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

describe("the official client for Node", () => {
  const messages = () => [{ role: "user" as const, content: [{ type: "image_url" as const, image_url: { url: picture } }, { type: "text" as const, text }] }]

  it("finds the model", async () => {
    assert.deepStrictEqual((await client.models.list()).data.map(({ id }) => id), [name])
    assert.strictEqual((await client.models.retrieve(name)).owned_by, "assay")
  })

  it("asks about a picture, for several answers with log-probabilities", async () => {
    const answer = await client.chat.completions.create({ model: name, messages: messages(), n: 2, seed: 1, max_completion_tokens: 100, logprobs: true })
    assert.strictEqual(answer.choices.length, 2)
    for (const { finish_reason, logprobs, message } of answer.choices) {
      assert.strictEqual(finish_reason, "stop")
      assert.match(message.content!, /^<think>/)
      assert.strictEqual(logprobs!.content!.map(({ token }) => token).join(""), `${message.content}<|im_end|>`)
    }
    assert.strictEqual(answer.usage!.completion_tokens, answer.choices.reduce((sum, { logprobs }) => sum + logprobs!.content!.length, 0))
  })

  it("reads a stream, and what it adds up to", async () => {
    const asked = { model: name, messages: messages(), temperature: 0, max_completion_tokens: 100 }
    const whole = await client.chat.completions.create(asked)
    let heard = ""
    for await (const chunk of await client.chat.completions.create({ ...asked, stream: true })) heard += chunk.choices[0]?.delta.content ?? ""
    assert.strictEqual(heard, whole.choices[0]!.message.content)
    const stream = client.chat.completions.stream({ ...asked, stream_options: { include_usage: true } })
    assert.strictEqual(await stream.finalContent(), heard)
    assert.deepStrictEqual(await stream.totalUsage().then(({ completion_tokens }) => completion_tokens), whole.usage!.completion_tokens)
  })

  it("is told what is wrong, by its own errors", async () => {
    const other = await client.chat.completions.create({ model: "gpt-4o", messages: messages() }).catch((error: unknown) => error)
    assert.instanceOf(other, NotFoundError)
    assert.strictEqual(other.code, "model_not_found")
    const tools = await client.chat.completions.create({ model: name, messages: messages(), tools: [] }).catch((error: unknown) => error)
    assert.instanceOf(tools, BadRequestError)
    assert.deepStrictEqual([tools.param, tools.type], ["tools", "invalid_request_error"])
  })
})

describe("Policy.openai", () => {
  it.live("finds all that there is to ask of a server", () =>
    Effect.gen(function*() {
      const found = yield* capabilities({ url, timeoutSeconds: 60, patienceSeconds: 1 }, name)
      assert.deepStrictEqual(found, { n: true, seed: true, logprobs: true, tokenIds: true, extras: true, topK: true })
    }))

  const { folder, remove } = temporary()
  afterAll(remove)

  const data = Data.shapes({ split: "validation", layout: "coco", count: 12 })

  /** Greedy answers to the same scenes, and what was measured. */
  const answers = Effect.fnUntraced(function*(at: string, policy: PolicyNode<Policy.Sampler>) {
    const memory = new Memory(join(folder, at))
    const study = Experiment.make("served", {
      question: "Do they say the same?",
      policy,
      seeds: 1,
      pipeline: () => Pipeline.from(data).pipe(Prompt.template(Prompt.enhanced), Evaluate.detection({ data, mode: "positive", maxTokens: 160 })),
      table: { metrics: ["mAP"] }
    })
    const [result] = yield* runStudy(memory, study)
    if (result!.status !== "done") throw new Error(result!.error)
    const [step] = memory.stage("detection").steps
    return {
      samples: step!.samples.map(({ completion, tokenCount }) => ({ completion, tokenCount })),
      metrics: step!.metrics.map(({ name, value }) => ({ name, value }))
    }
  })

  it.live("says what the model says here, character by character", () =>
    Effect.gen(function*() {
      const here = yield* answers("here", Policy.local(name))
      const there = yield* answers("there", Policy.openai({ url, model: name, folder: name }))
      assert.isAbove(here.samples.length, 0)
      assert.deepStrictEqual(there, here)
    }))

  it.live("gets the log-probabilities and tokens that the model here has", () =>
    Effect.gen(function*() {
      const sampler = Context.get(yield* Layer.build(Policy.openai({ url, model: name, folder: name }).layer), Policy.Sampler)
      const question = questionAbout(picture)
      const [group] = yield* sampler.sample([{ ...question, key: Random.key(4) }], { n: 4, temperature: 1, topP: 1, topK: 0, maxTokens: 60 })
      const here = yield* Layer.build(Policy.local(name).layer)
      const own = yield* Context.get(here, Policy.Trainer).logprobs(group!.map(({ tokens }) => ({ question, tokens })), "current")
      for (const [i, { logprobs, tokens }] of group!.entries()) {
        assert.strictEqual(logprobs.length, tokens.length)
        for (const [t, value] of logprobs.entries()) assert.approximately(value, own[i]![t]!, 1e-4)
      }
    }).pipe(Effect.scoped))
})
