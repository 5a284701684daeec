/** A server of the older wire, JSON alone, and one whose losses are means: the numbers are the same. */
// @module-tag long
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Random from "../../../src/pipeline/Random.ts"
import * as Policy from "../../../src/policy/index.ts"
import { decodeForwardBackward, encodeForwardBackward, type ForwardBackward } from "../../../src/protocol/tinker/training.ts"
import { adamW, anyWeights } from "../local/tiny.ts"
import { alive, type Between, lora, name, withServer } from "./support.ts"

const site = withServer()

const protobuf = "application/x-protobuf"

/** As servers of SDK 0.24 and older. */
const json: Between = (handler) => async (request) => {
  if (request.headers.get("content-type") === protobuf) return Response.json({ detail: "Unsupported Media Type" }, { status: 415 })
  const headers = new Headers(request.headers)
  headers.delete("accept")
  const body = request.method === "POST" ? { body: await request.text() } : {}
  return handler(new Request(request.url, { method: request.method, headers, ...body }))
}

/** A server whose cross entropy is no sum that could be used, and whose importance sampling is a mean over sequences of means over tokens. */
const means: Between = (handler) => async (request) => {
  if (request.headers.get("content-type") !== protobuf) return handler(request)
  const asked = decodeForwardBackward(new Uint8Array(await request.arrayBuffer()))
  const again = (changed: ForwardBackward) => handler(new Request(request.url, { method: "POST", headers: request.headers, body: encodeForwardBackward(changed, 1) }))
  if (asked.forwardOnly) return again(asked)
  if (asked.loss !== "importance_sampling") return Response.json({ detail: `loss_fn ${asked.loss} is not known` }, { status: 422 })
  return again({
    ...asked,
    data: asked.data.map(({ input, lossInputs }) => {
      const { shape, values } = lossInputs.get("advantages")!
      const by = values.length * asked.data.length
      return { input, lossInputs: new Map([...lossInputs, ["advantages", { shape, values: values.map((value) => value / by) }]]) }
    })
  })
}

const sequencesOf = () => [[5, 6, 7, 8], [11, 12, 11], [9, 9]].map((tokens, i) => ({ question: site.asked[i]!, tokens }))

/**
 * Two steps, a greedy answer, and what comes of them. What is known of a server is remembered by its address, so the same one is met under
 * another name where it is to look like another.
 */
const steps = (host: string, rank: number) =>
  Effect.scoped(Effect.gen(function*() {
    const policy = Policy.tinker({ url: site.server.url.replace("127.0.0.1", host), model: name, lora: { ...lora, rank }, patienceSeconds: 5 })
    const { sampler, trainer } = yield* alive(policy)
    const sequences = sequencesOf()
    const norms: Array<number> = []
    for (const _ of [0, 1]) {
      yield* trainer.backward(sequences, anyWeights(sequences))
      norms.push((yield* trainer.step(adamW())).gradientNorm!)
    }
    const groups = yield* sampler.sample([{ ...site.asked[0]!, key: Random.key(1) }], { n: 1, temperature: 0, topP: 1, topK: 0, maxTokens: 8 })
    return {
      norms,
      logprobs: yield* trainer.logprobs(sequences, "current"),
      said: groups[0]!.map(({ tokens }) => tokens),
      facts: yield* policy.probe!([], 5)
    }
  }))

type Steps = Effect.Success<ReturnType<typeof steps>>

const same = (given: Steps, expected: Steps) => {
  assert.deepStrictEqual(given.said, expected.said)
  given.norms.forEach((norm, i) => assert.approximately(norm, expected.norms[i]!, 2e-3 * expected.norms[i]!))
  given.logprobs.flat().forEach((value, t) => assert.approximately(value, expected.logprobs.flat()[t]!, 1e-3))
}

describe("the same training", () => {
  it.live("comes of JSON alone", () =>
    Effect.gen(function*() {
      const expected = yield* steps("127.0.0.1", 4)
      assert.deepInclude(expected.facts, { "server.wire": "protobuf", "server.linearLoss": "cross_entropy", "server.lossDividedBy": "nothing", "server.images": 1 })
      site.server.between(json)
      const given = yield* steps("localhost", 4)
      assert.deepInclude(given.facts, { "server.wire": "json", "server.linearLoss": "cross_entropy", "server.images": 1 })
      same(given, expected)
    }), { timeout: 120_000 })

  it.live("comes of a loss that is a mean, by which weights are multiplied", () =>
    Effect.gen(function*() {
      site.server.between((handler) => handler)
      const expected = yield* steps("127.0.0.1", 3)
      site.server.between(means)
      const given = yield* steps("localhost", 3)
      assert.deepInclude(given.facts, {
        "server.linearLoss": "importance_sampling",
        "server.lossDividedBy": "its tokens and sequences",
        "server.lossDividedOver": "request",
        "server.reductionKnownBy": "gradient"
      })
      same(given, expected)
    }), { timeout: 120_000 })
})
