import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { ReceivedRequest } from "../../../src/protocol/chat.ts"
import { HttpError } from "../../../src/server/http/answers.ts"
import { read } from "../../../src/server/openai/request.ts"

const body = (more: object = {}) => ({ model: "m", messages: [{ role: "user", content: "What is there?" }], ...more })

const image = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }

const asked = (value: unknown) => Result.getOrThrow(read(value))

const refusal = (value: unknown): HttpError => {
  const found = read(value)
  if (Result.isSuccess(found)) throw new Error("was not refused")
  return found.failure
}

describe("a request", () => {
  it("has OpenAI's defaults", () => {
    assert.deepStrictEqual(asked(body()), {
      model: "m",
      messages: [{ role: "user", content: "What is there?" }],
      images: [],
      sampling: { n: 1, temperature: 1, topP: 1, topK: 0 },
      maxTokens: undefined,
      seed: undefined,
      stop: [],
      shape: { logprobs: false, tokenIds: false, stream: false, usage: false }
    })
  })

  it("says how the answer is sampled, and how it is to look", () => {
    const found = asked(body({
      n: 3, temperature: 0.5, top_p: 0.9, top_k: 5, max_completion_tokens: 7, seed: 11, stop: "end", logprobs: true, stream: true, stream_options: { include_usage: true }, return_token_ids: true
    }))
    assert.deepStrictEqual(found.sampling, { n: 3, temperature: 0.5, topP: 0.9, topK: 5 })
    assert.deepStrictEqual([found.maxTokens, found.seed, found.stop], [7, 11, ["end"]])
    assert.deepStrictEqual(found.shape, { logprobs: true, tokenIds: true, stream: true, usage: true })
  })

  it("is greedy at temperature 0, whatever else it says", () => {
    assert.deepStrictEqual(asked(body({ temperature: 0, top_p: 0.5, top_k: 9 })).sampling, { n: 1, temperature: 0, topP: 1, topK: 0 })
  })

  it("may have images anywhere, whose places are remembered", () => {
    const messages = [{ role: "developer", content: "Look." }, { role: "user", content: [image, { type: "text", text: "And?" }, image] }]
    const found = asked({ model: "m", messages })
    assert.deepStrictEqual(found.messages, [{ role: "system", content: "Look." }, { role: "user", content: [{ type: "image" }, { type: "text", text: "And?" }, { type: "image" }] }])
    assert.deepStrictEqual(found.images.map(({ param }) => param), ["messages.1.content.0.image_url.url", "messages.1.content.2.image_url.url"])
  })

  it("may say what changes nothing", () => {
    const nothing = { presence_penalty: 0, frequency_penalty: 0, repetition_penalty: 1, min_p: 0, top_k: -1, top_logprobs: 0, response_format: { type: "text" } }
    const more = { user: "me", store: true, metadata: { a: "b" }, service_tier: "auto", safety_identifier: "x", prompt_cache_key: "y" }
    assert.deepStrictEqual(asked(body({ ...nothing, ...more })), asked(body()))
  })

  it("may say null where it says nothing, as clients do that send an answer back", () => {
    const answer = { role: "assistant", content: "A star.", refusal: null, tool_calls: null }
    const messages = [...body().messages, answer, ...body().messages]
    const found = asked({ ...body({ tools: null, temperature: null, stop: null, stream_options: null }), messages })
    assert.deepStrictEqual(found.messages[1], { role: "assistant", content: "A star." })
    assert.strictEqual(found.sampling.temperature, 1)
  })
})

describe("refused, by name", () => {
  it.each([
    ["a field that may change the answer", { tools: [] }, "tools", /^tools is not supported/],
    ["a field that nobody knows", { temprature: 0 }, "temprature", /Did you mean temperature\?/],
    ["alternatives of tokens", { logprobs: true, top_logprobs: 3 }, "top_logprobs", /Expected 0, got 3/],
    ["a penalty", { frequency_penalty: 0.2 }, "frequency_penalty", /Expected 0, got 0\.2/],
    ["a grammar", { response_format: { type: "json_object" } }, "response_format.type", /Expected "text", got "json_object"/],
    ["no answers", { n: 0 }, "n", /between 1 and 64, got 0/],
    ["too many answers", { n: 65 }, "n", /between 1 and 64, got 65/],
    ["half an answer", { n: 1.5 }, "n", /integer, got 1\.5/],
    ["no tokens", { max_tokens: 0 }, "max_tokens", /got 0/],
    ["two limits", { max_tokens: 3, max_completion_tokens: 4 }, "max_tokens", /differ/],
    ["a negative temperature", { temperature: -1 }, "temperature", /got -1/],
    ["a temperature next to 0", { temperature: 1e-30 }, "temperature", /too close to 0/],
    ["no probability", { top_p: 0 }, "top_p", /got 0/],
    ["a negative seed", { seed: -1 }, "seed", /got -1/],
    ["a seed that is no exact number", { seed: 2 ** 60 }, "seed", /Expected/],
    ["a stop string that is always there", { stop: [""] }, "stop.0", /got ""/],
    ["no messages", { messages: [] }, "messages", /at least 1/],
    ["a message of a tool", { messages: [{ role: "tool", content: "x" }] }, "messages.0.role", /got "tool"/],
    ["sound", { messages: [{ role: "user", content: [{ type: "input_audio", input_audio: {} }] }] }, "messages.0.content.0", /got .*input_audio/],
    ["a smaller picture", { messages: [{ role: "user", content: [{ ...image, image_url: { ...image.image_url, detail: "low" } }] }] }, "messages.0.content.0.image_url.detail", /got "low"/]
  ])("%s", (_, more, param, message) => {
    const found = refusal(body(more))
    assert.strictEqual(found.status, 400)
    assert.strictEqual(found.param, param)
    assert.match(found.message, message)
  })

  it.each([[null], [3], ["text"], [[body()]]])("what is no object: %j", (value) => assert.match(refusal(value).message, /must be a JSON object/))

  it("what names no model", () => assert.strictEqual(refusal({ messages: body().messages }).param, "model"))
})

describe("any JSON", () => {
  const either = (value: unknown): boolean => {
    const found = read(value)
    return Result.isSuccess(found) || (found.failure instanceof HttpError && found.failure.status === 400)
  }

  it.prop("is read or refused", [Schema.Json], ([value]) => either(value), { arbitrary: { runs: 300 } })

  it.prop("is read or refused in place of any field", [Schema.Literals(Object.keys(ReceivedRequest.fields)), Schema.Json], ([field, value]) =>
    either(body({ [field]: value })), { arbitrary: { runs: 500 } })

  it.prop("is read or refused as a message, and within one", [Schema.Json], ([value]) =>
    either({ model: "m", messages: [value] }) && either({ model: "m", messages: [{ role: "user", content: value }] }) &&
    either({ model: "m", messages: [{ role: "user", content: [value] }] }), { arbitrary: { runs: 300 } })
})
