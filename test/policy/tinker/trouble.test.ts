/** A server that is busy, gone, breaks off, talks nonsense, or knows nothing of us any more. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { afterAll, afterEach, beforeAll } from "vitest"
import * as Random from "../../../src/pipeline/Random.ts"
import * as Policy from "../../../src/policy/index.ts"
import { adamW, anyWeights, wordsOnly } from "../local/tiny.ts"
import { type Alive, alive, type Between, lora, name, serving } from "./support.ts"

let server: Awaited<ReturnType<typeof serving>>
beforeAll(async () => void (server = await serving()))
afterEach(() => server.between((handler) => handler))
afterAll(() => server.close())

const there = (more: Partial<Policy.TinkerOptions> = {}) => Policy.tinker({ url: server.url, model: name, lora, patienceSeconds: 10, ...more })

const sequences = [[5, 6, 7, 8], [11, 12, 11]].map((tokens) => ({ question: wordsOnly, tokens }))

const question = { ...wordsOnly, key: Random.key(1) }
const drawn = { n: 2, temperature: 1, topP: 1, topK: 0, maxTokens: 8 }

/** A step and what is said then. */
const round = ({ sampler, trainer }: Alive) =>
  Effect.gen(function*() {
    yield* trainer.backward(sequences, anyWeights(sequences))
    yield* trainer.step(adamW())
    return (yield* sampler.sample([question], drawn))[0]!.map(({ tokens }) => tokens)
  })

const pathOf = (request: Request): string => new URL(request.url).pathname.replace("/api/v1/", "")

/** Meets every path once with trouble, before or after the server did what it was asked. */
const first = (trouble: (request: Request) => Response | Promise<Response>, when: "before" | "after"): Between => {
  const met = new Set<string>()
  return (handler) => async (request) => {
    const path = pathOf(request)
    if (met.has(path) || path === "session_heartbeat") return handler(request)
    met.add(path)
    if (when === "after") await handler(request)
    return trouble(request)
  }
}

const status = (code: number, headers: Record<string, string> = {}) => () => new Response(JSON.stringify({ detail: "not now" }), { status: code, headers })

describe("a server in trouble", () => {
  it.live.each([
    ["busy", first(status(429, { "retry-after": "0" }), "before")],
    ["broken", first(status(503), "before")],
    ["of an answer that got lost, after it was done", first(status(502), "after")],
    ["talking nonsense", first(() => new Response("<html>", { status: 200 }), "before")],
    ["breaking off", first(() => new Response(new ReadableStream({ start: (controller) => controller.error(new Error("gone")) })), "after")]
  ] as const)("that is %s once with each thing is asked again, and nothing is done twice", ([, trouble]) =>
    Effect.scoped(Effect.gen(function*() {
      const quiet = yield* round(yield* alive(there()))
      const policy = yield* alive(there())
      server.between(trouble)
      assert.deepStrictEqual(yield* round(policy), quiet)
    })), { timeout: 120_000, tags: ["long"] })

  it.live("that is busy for longer while it is found out what it does is asked once more, and not taken for one that does not do it", () =>
    Effect.scoped(Effect.gen(function*() {
      const began = performance.now()
      server.between((handler) => (request) => performance.now() - began < 3500 && pathOf(request).startsWith("forward") ? status(503)() : handler(request))
      const policy = yield* alive(there({ lora: { ...lora, rank: 3 } }))
      assert.lengthOf(yield* round(policy), 2)
    })), { timeout: 120_000, tags: ["long"] })

  it.live("that has no room for the model by which its own losses are tried is trained by the linear one, and not tried again", () =>
    Effect.scoped(Effect.gen(function*() {
      const { trainer } = yield* alive(there())
      const old = yield* trainer.backward(sequences, anyWeights(sequences))
      let refused = 0
      server.between((handler) => (request) => pathOf(request) === "create_model" ? (refused++, status(409)()) : handler(request))
      const loss = { bound: "clipped", low: 0.8, high: 1.2, old, advantages: anyWeights(sequences) } as const
      for (let i = 0; i < 2; i++) assert.isUndefined(yield* trainer.bounded!(sequences, loss))
      assert.strictEqual(refused, 1)
      assert.isNumber((yield* trainer.step(adamW())).gradientNorm)
    })), 120_000)

  it.live("that was started anew has lost what was not saved: the error says so, and that the run goes on from its checkpoint", () =>
    Effect.scoped(Effect.gen(function*() {
      const policy = yield* alive(there())
      yield* round(policy)
      yield* Effect.promise(server.restart)
      const error = yield* Effect.flip(round(policy))
      assert.match(error.message, /answered 404 .* What was not saved there is gone: .* Run again: it goes on from the last checkpoint\.$/)
      assert.deepInclude(error, { exitCode: 1, everybodys: false })
    })), 120_000)

  it.live("that computes a long while is waited for", () =>
    Effect.scoped(Effect.gen(function*() {
      const policy = yield* alive(there())
      let polls = 0
      server.between((handler) => async (request) => {
        if (pathOf(request) !== "retrieve_future" || polls++ % 4 === 3) return handler(request)
        return polls % 4 === 1 ? Response.json({ type: "try_again", queue_state: "active" }) : new Response("", { status: 408 })
      })
      assert.lengthOf(yield* round(policy), 2)
      assert.isAbove(polls, 8)
    })), 120_000)

  it.live("that never comes to an end is given up", () =>
    Effect.scoped(Effect.gen(function*() {
      const policy = yield* alive(there({ timeoutSeconds: 1 }))
      server.between((handler) => async (request) => pathOf(request) === "retrieve_future" ? Response.json({ type: "try_again" }) : handler(request))
      assert.match((yield* Effect.flip(policy.trainer.step(adamW()))).message, /had not done create_model after 1 s\. .*timeoutSeconds 1/)
    })), 60_000)

  it.live("that is not there is said before anything runs", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Effect.scoped(alive(Policy.tinker({ url: "http://127.0.0.1:9", model: name, patienceSeconds: 1 }))))
      assert.match(error.message, /^http:\/\/127\.0\.0\.1:9 cannot be reached .*\. Start it, correct the url/)
    }))

  it.live("refuses a model that it has not, and says which it has", () =>
    Effect.gen(function*() {
      const policy = Policy.tinker({ url: server.url, model: "other", folder: name, patienceSeconds: 1 })
      const error = yield* Effect.flip(policy.probe!([], 0))
      assert.match(error.message, /there is no model "other" here, only "assay:tiny-vl" \(it has "assay:tiny-vl"\)\. Correct the url .* and the model's name\.$/)
      assert.strictEqual(error.exitCode, 3)
    }))
})

describe("what is sent instead of results", () => {
  /** Answers polls of what was begun by a path by something else. */
  const instead = (begun: string, response: () => Response): Between => (handler) => async (request) => {
    if (pathOf(request) === "retrieve_future") {
      const { request_id } = await request.clone().json() as { readonly request_id: string }
      return ids.has(request_id) ? response() : handler(request)
    }
    const answered = await handler(request)
    if (pathOf(request) === begun && answered.ok) ids.add((await answered.clone().json() as { readonly request_id: string }).request_id)
    return answered
  }
  const ids = new Set<string>()

  it.live.each([
    ["an error of ours", () => Response.json({ error: "weights are of the wrong length", category: "user_error", type: "request_failed" }), /could not do forward_backward: weights are of the wrong length\. Change what/],
    ["an error of its own", () => Response.json({ error: "out of memory", category: "server" }), /could not do forward_backward: out of memory/],
    ["a refusal", () => new Response(JSON.stringify({ detail: "bad" }), { status: 400 }), /answered 400 to retrieve_future: bad/],
    ["an answer to something else", () => Response.json({ metrics: {} }), /sent what is no answer to forward_backward/],
    ["a broken message", () => new Response(new Uint8Array([10, 255, 1, 2]), { headers: { "content-type": "application/x-protobuf" } }), /sent what is no answer to forward_backward/],
    ["an empty message", () => new Response(new Uint8Array(), { headers: { "content-type": "application/x-protobuf" } }), /sent 0 log-probabilities for \d+ positions/]
  ] as const)("%s fails the step, in words", ([, response, words]) =>
    Effect.scoped(Effect.gen(function*() {
      const policy = yield* alive(there())
      server.between(instead("forward_backward", response))
      assert.match((yield* Effect.flip(policy.trainer.backward(sequences, anyWeights(sequences)))).message, words)
    })), 60_000)
})
