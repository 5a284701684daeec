/** What comes from a server is hostile until it is read: bytes and JSON of any kind are an answer or an error, and never anything else. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { datumOf, lengthOf, ofAnswer, requestsOf } from "../../../src/policy/tinker/data.ts"
import { gradientNormIn } from "../../../src/policy/tinker/gradientNorm.ts"
import * as Protocol from "../../../src/protocol/tinker/Answers.ts"
import { decodeSampled, encodeSampled, sampledFromJson, sampledToJson } from "../../../src/protocol/tinker/sampling.ts"
import { decodeForwardBackward, decodeScored, encodeForwardBackward, encodeScored, fromJson, scoredFromJson, scoredToJson, toJson } from "../../../src/protocol/tinker/training.ts"

const runs = { arbitrary: { runs: 300 } }
const Bytes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })))
const Small = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5000 }))
const Tokens = Schema.Array(Small).check(Schema.isMinLength(1), Schema.isMaxLength(20))

const isNumbers = (values: ReadonlyArray<unknown>): boolean => values.every((value) => typeof value === "number")

describe("bytes of any kind", () => {
  it.effect.prop("are a result of forward_backward, or an error", [Bytes], ([bytes]) =>
    Effect.sync(() => {
      const read = Result.try(() => decodeScored(Uint8Array.from(bytes)))
      if (Result.isSuccess(read)) assert.isTrue(isNumbers(read.success.logprobs.flat()))
    }), runs)

  it.effect.prop("are samples, or an error", [Bytes], ([bytes]) =>
    Effect.sync(() => {
      const read = Result.try(() => decodeSampled(Uint8Array.from(bytes)))
      if (Result.isSuccess(read)) assert.isTrue(isNumbers(read.success.sequences.flatMap(({ tokens }) => tokens)))
    }), runs)

  it.effect.prop("cut anywhere out of a real result are one, or an error", [Tokens, Small], ([tokens, cut]) =>
    Effect.sync(() => {
      const whole = encodeScored({ logprobs: [tokens.map((token) => -token), [-1]], metrics: { "loss:sum": 3 } })
      const read = Result.try(() => decodeScored(whole.slice(0, cut % whole.length)))
      if (Result.isSuccess(read)) assert.isTrue(isNumbers(read.success.logprobs.flat()))
    }), runs)
})

describe("JSON of any kind", () => {
  it.effect.prop("is an answer, or an error", [Schema.Json], ([json]) =>
    Effect.sync(() => {
      for (const schema of Object.values(Protocol)) Schema.decodeUnknownResult(schema as Schema.Decoder<unknown>)(json as unknown)
    }), runs)
})

describe("the two wires", () => {
  it.effect.prop("carry the same request", [Tokens, Tokens], ([prompt, tokens]) =>
    Effect.sync(() => {
      const answer = { prompt: { chunks: [{ tokens: prompt }], length: prompt.length }, tokens, inputs: { weights: tokens.map((_, t) => t / 4) } }
      const request = { modelId: "m", data: [datumOf(answer)], loss: "cross_entropy", settings: new Map([["clip_low_threshold", 0.5]]), forwardOnly: false }
      assert.deepStrictEqual(decodeForwardBackward(encodeForwardBackward(request, 3)), request)
      assert.deepStrictEqual(fromJson(JSON.parse(JSON.stringify(toJson(request, 3))), false), request)
      const [{ lossInputs }] = request.data as [ReturnType<typeof datumOf>]
      assert.strictEqual(lossInputs.get("target_tokens")!.values.length, lengthOf(answer))
      assert.deepStrictEqual(ofAnswer(lossInputs.get("target_tokens")!.values, answer), tokens)
    }), runs)

  it("carry the same results", () => {
    const scored = { logprobs: [[-1.5, -0.25], [-3]], metrics: { "loss:sum": 4.5 } }
    assert.deepStrictEqual(decodeScored(encodeScored(scored)), scored)
    assert.deepStrictEqual(scoredFromJson(Schema.decodeSync(Protocol.ScoredJson)(scoredToJson(scored))), scored)
    const sampled = { sequences: [{ tokens: [5, 6], logprobs: [-0.5, -1], finishReason: "stop" as const }], promptLogprobs: [null, -2] }
    assert.deepStrictEqual(decodeSampled(encodeSampled(sampled)), sampled)
    assert.deepStrictEqual(sampledFromJson(Schema.decodeUnknownSync(Protocol.SampledJson)(sampledToJson(sampled))), sampled)
  })
})

it.effect.prop("answers go in order, in requests that are not too large", [Schema.Array(Small).check(Schema.isMaxLength(40))], ([sizes]) =>
  Effect.sync(() => {
    const answers = sizes.map((size) => ({
      prompt: { chunks: [{ image: { bytes: new Uint8Array(size * 1000), format: "png" } }], length: 4 },
      tokens: [1, 2],
      inputs: {}
    }))
    const requests = requestsOf(answers)
    assert.deepStrictEqual(requests.flat(), answers)
    for (const request of requests) {
      assert.isAtLeast(request.length, 1)
      const bytes = request.reduce((sum, { prompt: { chunks: [chunk] } }) => sum + chunk!.image.bytes.length, 0)
      assert.isTrue(request.length === 1 || bytes <= 5_000_000)
    }
  }), { arbitrary: { runs: 50 } })

it("the norm of a gradient is found by the names that servers have for it", () => {
  assert.strictEqual(gradientNormIn({ metrics: { grad_norm: 2 } }), 2)
  assert.strictEqual(gradientNormIn({ metrics: { "skyrl.ai/learning_rate": 1, "skyrl.ai/grad_norm": 3 } }), 3)
  assert.strictEqual(gradientNormIn({ metrics: { "grad_norm:mean": 4 } }), 4)
  assert.strictEqual(gradientNormIn({ metrics: { step: 1, degrad_normal: 5 } }), undefined)
  assert.strictEqual(gradientNormIn({ metrics: null }), undefined)
})
