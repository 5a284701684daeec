import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { afterAll, beforeAll } from "vitest"
import * as Random from "../../../src/pipeline/Random.ts"
import { ChatCompletion } from "../../../src/protocol/chat.ts"
import { about, name, questionAbout, type Said, scene, type Served, serving } from "./support.ts"

let served: Served
let pictures: ReadonlyArray<string>
beforeAll(async () => {
  served = await serving()
  pictures = await Promise.all([0, 1, 2, 3].map(scene))
})
afterAll(() => served.close())

/** What the policy says to the same question. */
const said = async (i: number, options: object, seed = 0) => {
  const how = { n: 1, temperature: 1, topP: 1, topK: 0, maxTokens: 160, ...options }
  const [group] = await Effect.runPromise(served.sampler.sample([{ ...questionAbout(pictures[i]!), key: Random.key(seed) }], how))
  return group!
}

const answered = async (i: number, more: object = {}) => {
  const { body, status } = await served.post(about(pictures[i]!, { max_tokens: 160, ...more }))
  assert.strictEqual(status, 200, JSON.stringify(body))
  return body
}

const textsOf = ({ choices }: Said): ReadonlyArray<string> => choices.map(({ message }) => message.content)

const idsOf = ({ choices }: Said) => choices.map(({ token_ids }) => token_ids)

describe("an answer", () => {
  it("is the policy's, with counts and the reason why it ends", async () => {
    const [own] = await said(0, { temperature: 0 })
    const body = await answered(0, { temperature: 0 })
    assert.deepStrictEqual(textsOf(body), [own!.text])
    assert.deepInclude(body, { object: "chat.completion", model: name })
    assert.match(body.system_fingerprint, /^fp_[0-9a-f]{12}$/)
    assert.deepInclude(body.choices[0], { index: 0, finish_reason: "stop", stop_reason: null, logprobs: null })
    const { completion_tokens, prompt_tokens, total_tokens } = body.usage!
    assert.strictEqual(completion_tokens, own!.tokens.length)
    assert.strictEqual(total_tokens, prompt_tokens + completion_tokens)
  })

  it("is one that our client can read", async () => {
    const body = await answered(0, { logprobs: true, return_token_ids: true })
    assert.deepStrictEqual(Schema.decodeUnknownSync(ChatCompletion)(body).choices[0].token_ids, body.choices[0]!.token_ids)
  })

  it("has token ids, those of the prompt with its image in it too", async () => {
    const [own] = await said(1, { temperature: 0 })
    const body = await answered(1, { temperature: 0, return_token_ids: true })
    assert.deepStrictEqual(idsOf(body), [own!.tokens])
    assert.strictEqual(body.prompt_token_ids!.length, body.usage!.prompt_tokens)
    // 112 x 112 pixels are four by four visual tokens
    assert.strictEqual(body.prompt_token_ids!.filter((id) => id === 1731).length, 16)
  })

  it("has the log-probability of each token, with its text and bytes", async () => {
    const [own] = await said(1, { temperature: 0 })
    const { content } = (await answered(1, { temperature: 0, logprobs: true })).choices[0]!.logprobs!
    assert.deepStrictEqual(content.map(({ logprob }) => logprob), own!.logprobs)
    const bytes = content.flatMap(({ bytes }) => bytes)
    assert.strictEqual(Buffer.from(bytes).toString(), `${own!.text}<|im_end|>`)
    assert.strictEqual(content.map(({ token }) => token).join(""), `${own!.text}<|im_end|>`)
  })

  it("of several choices is the group that the policy draws by the seed, top-p and top-k as asked", async () => {
    const own = await said(2, { n: 4, topP: 0.9, topK: 20 }, 77)
    const body = await answered(2, { n: 4, seed: 77, top_p: 0.9, top_k: 20, return_token_ids: true })
    assert.deepStrictEqual(idsOf(body), own.map(({ tokens }) => tokens))
    assert.isAbove(new Set(textsOf(body)).size, 1)
  })

  it("without a seed is another each time", async () => {
    const texts = await Promise.all(Array.from({ length: 8 }, () => answered(3, { temperature: 1.5 })))
    assert.isAbove(new Set(texts.flatMap(textsOf)).size, 1)
  })

  it("to several greedy choices is the same in each", async () => {
    const texts = textsOf(await answered(0, { temperature: 0, n: 3 }))
    assert.strictEqual(texts.length, 3)
    assert.strictEqual(new Set(texts).size, 1)
  })

  it("is cut at its number of tokens, and says so", async () => {
    const body = await answered(0, { temperature: 0, max_completion_tokens: 4, max_tokens: undefined, return_token_ids: true })
    assert.strictEqual(body.choices[0]!.finish_reason, "length")
    assert.deepStrictEqual(body.choices[0]!.token_ids, (await said(0, { temperature: 0 }))[0]!.tokens.slice(0, 4))
  })

  it("ends before a stop string, and says which", async () => {
    const body = await answered(0, { temperature: 0, stop: ["</think>", "</answer>"], logprobs: true, return_token_ids: true })
    const choice = body.choices[0]!
    assert.deepInclude(choice, { finish_reason: "stop", stop_reason: "</think>" })
    const { text } = (await said(0, { temperature: 0 }))[0]!
    assert.strictEqual(choice.message.content, text.slice(0, text.indexOf("</think>")))
    assert.strictEqual(choice.logprobs!.content.length, choice.token_ids!.length)
    assert.strictEqual(body.usage!.completion_tokens, choice.token_ids!.length)
  })

  it("needs no image", async () => {
    const { body } = await served.post({ model: name, messages: [{ role: "system", content: "Be brief." }, { role: "user", content: "Hello?" }], max_tokens: 5, seed: 1 })
    assert.strictEqual(body.usage!.completion_tokens, 5)
  })
})

describe("a seeded answer", () => {
  it("is the same whatever else is asked at the time", async () => {
    const asked = [0, 1, 2, 3].flatMap((i) => [1, 2, 3].map((seed) => ({ i, more: { seed, n: 1 + (seed % 2), max_tokens: 40 * seed, return_token_ids: true, logprobs: true } })))
    const alone: Array<Said> = []
    for (const { i, more } of asked) alone.push(await answered(i, more))
    const others = [...Array.from({ length: 6 }, (_, i) => answered(i % 4, { temperature: 0.7 })), answered(0, { temperature: 0 })]
    const beside = await Promise.all(asked.map(({ i, more }) => answered(i, more)))
    await Promise.all(others)
    const logprobsOf = ({ choices }: Said) => choices.flatMap(({ logprobs }) => logprobs!.content.map(({ logprob }) => logprob))
    for (const [i, answer] of beside.entries()) {
      assert.deepStrictEqual(idsOf(answer), idsOf(alone[i]!))
      assert.deepStrictEqual(textsOf(answer), textsOf(alone[i]!))
      const gaps = logprobsOf(answer).map((value, t) => Math.abs(value - logprobsOf(alone[i]!)[t]!))
      assert.isBelow(Math.max(...gaps), 1e-4)
    }
  })
})

describe("a stream", () => {
  it("says in pieces what the whole answer says, and ends", async () => {
    const more = { seed: 5, n: 2, max_tokens: 60, logprobs: true, return_token_ids: true, stop: "</think>" }
    const whole = await answered(0, more)
    const chunks = await served.stream(about(pictures[0]!, { ...more, stream_options: { include_usage: true } }))
    assert.deepStrictEqual(chunks[0]!.prompt_token_ids, whole.prompt_token_ids)
    for (const { index, finish_reason, logprobs, message, stop_reason, token_ids } of whole.choices) {
      const own = chunks.flatMap(({ choices }) => choices).filter((choice) => choice.index === index)
      assert.deepStrictEqual(own[0]!.delta, { role: "assistant", content: "" })
      assert.strictEqual(own.map(({ delta }) => delta.content ?? "").join(""), message.content)
      assert.deepStrictEqual(own.flatMap((choice) => choice.token_ids ?? []), token_ids)
      assert.deepStrictEqual(own.flatMap((choice) => choice.logprobs?.content ?? []), logprobs!.content)
      assert.deepInclude(own.at(-1)!, { finish_reason, stop_reason })
    }
    assert.deepStrictEqual(chunks.at(-1)!.usage, whole.usage)
    assert.deepStrictEqual(chunks.at(-1)!.choices, [])
    assert.isTrue(chunks.slice(0, -1).every(({ usage }) => usage === null))
    assert.strictEqual(new Set(chunks.map(({ id }) => id)).size, 1)
  })

  it("has no counts where none are asked for", async () => {
    const chunks = await served.stream(about(pictures[0]!, { max_tokens: 3 }))
    assert.isTrue(chunks.every((chunk) => !("usage" in chunk)))
  })

  it("that cannot begin is an error like any other", async () => {
    const { body, status } = await served.post(about(pictures[0]!, { stream: true, max_tokens: 5000 }))
    assert.strictEqual(status, 400)
    assert.strictEqual(body.error.code, "context_length_exceeded")
  })
})

describe("what there is", () => {
  it("is one model", async () => {
    const { body } = await served.get("/v1/models")
    assert.strictEqual(body.object, "list")
    assert.deepInclude(body.data[0], { id: name, object: "model", owned_by: "assay", max_model_len: 2048 })
    assert.deepStrictEqual((await served.get(`/v1/models/${encodeURIComponent(name)}`)).body, body.data[0])
  })

  it("is well", async () => assert.deepStrictEqual<unknown>(await served.get("/health"), { status: 200, body: { status: "ok" } }))

  it("is no other model", async () => {
    const { body, status } = await served.post({ ...about(pictures[0]!), model: "gpt-4o" })
    assert.strictEqual(status, 404)
    assert.deepStrictEqual<unknown>(body, { error: { message: `there is no model "gpt-4o" here, only "${name}"`, type: "invalid_request_error", param: "model", code: "model_not_found" } })
  })

  it("is no other path, and no other method", async () => {
    assert.strictEqual((await served.get("/v1/embeddings")).status, 404)
    assert.strictEqual((await served.get("/v1/chat/completions")).status, 405)
  })
})
