/** What a Tinker server does beside computing: who waits for whom, what is refused, what comes back after a restart. */
import { readdirSync } from "node:fs"
import { zstdCompressSync } from "node:zlib"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { modelInputOf } from "../../../src/protocol/tinker/chunks.ts"
import { encodeForwardBackward } from "../../../src/protocol/tinker/training.ts"
import { clientOf, datumOf, name, picture, serving } from "./support.ts"

let server: Awaited<ReturnType<typeof serving>>
beforeAll(async () => void (server = await serving()))
afterAll(() => server.close())

const words = datumOf([{ tokens: [5, 6, 7, 8] }], { target_tokens: [6, 7, 8, 9], weights: [0, 1, 1, 1] })
const supervised = [words]

const refusal = async (answered: Promise<{ readonly status: number; readonly body: { readonly error: { readonly message: string; readonly param: string | null } } }>) => {
  const { body, status } = await answered
  assert.strictEqual(status, 400)
  return body.error
}

describe("a Tinker server", () => {
  it("trains several clients' models side by side, each in its order, to what each gives alone", async () => {
    const rounds = async (client: ReturnType<typeof clientOf>, seed: number) => {
      const model = await client.model(await client.session(), { rank: 4, seed })
      // all is asked before anything is waited for, and done in order
      const steps = []
      for (let round = 0; round < 3; round++) {
        await client.submitForward(model, supervised, "cross_entropy")
        steps.push(await client.post("optim_step", { model_id: model, adam_params: { learning_rate: 1e-3 } }))
      }
      return Promise.all(steps.map(async (step) => (await client.done(step)).metrics["grad_norm"]))
    }
    const clients = [0, 1, 2].map(() => clientOf(server.send))
    const together = await Promise.all(clients.map((client, i) => rounds(client, i)))
    const alone = []
    for (const [i, client] of clients.entries()) alone.push(await rounds(client, i))
    assert.deepStrictEqual(together, alone)
    assert.strictEqual(new Set(together.flat()).size, 9)
  })

  it("answers samplers while a model trains, though the training was asked for before", async () => {
    const { client } = server
    const session = await client.session()
    const model = await client.model(session)
    const sampler = (await client.post("create_sampling_session", { session_id: session, sampling_session_seq_id: 0, base_model: name })).body.sampling_session_id
    const short = { max_tokens: 2, temperature: 0 }
    await client.sample(sampler, [{ tokens: [5] }], short) // graphs are compiled
    const many = Array.from({ length: 24 }, (_, i) => datumOf([{ tokens: Array.from({ length: 200 }, (_, t) => 5 + (i + t) % 50) }], {
      target_tokens: Array.from({ length: 200 }, (_, t) => 5 + (i + t) % 50),
      weights: Array.from({ length: 200 }, () => 0.01)
    }))
    let trained = false
    const training = client.forwardBackward(model, many, "cross_entropy").then(() => (trained = true))
    await new Promise((resolve) => setTimeout(resolve, 50))
    await client.sample(sampler, [{ tokens: [6] }], short)
    assert.isFalse(trained, "the sampler was not kept waiting")
    await training
  })

  it("reads bodies packed by zstd, and the JSON of older clients, to the same numbers", async () => {
    const { client } = server
    const model = await client.model(await client.session())
    const request = { modelId: model, data: supervised, loss: "cross_entropy", settings: new Map<string, number>(), forwardOnly: true }
    const plain = await client.forwardBackward(model, supervised, "cross_entropy", {}, true)
    const packed = await client.result(await client.ask("forward_backward", Uint8Array.from(zstdCompressSync(encodeForwardBackward(request, 1))), {
      "content-type": "application/x-protobuf",
      "content-encoding": "zstd"
    }), "application/json")
    assert.deepStrictEqual(packed.body.metrics, plain.metrics)
    const json = await client.result(await client.post("forward", {
      model_id: model,
      seq_id: 2,
      forward_input: {
        data: [{ model_input: modelInputOf(words.input), loss_fn_inputs: {
          target_tokens: { data: [6, 7, 8, 9], dtype: "int64", shape: [4] },
          weights: { data: [0, 1, 1, 1], dtype: "float32" }
        } }],
        loss_fn: "cross_entropy"
      }
    }), "application/json")
    assert.deepStrictEqual(json.body, packed.body)
    const bomb = await client.ask("forward_backward", Uint8Array.from(zstdCompressSync(new Uint8Array(64 << 20))), { "content-type": "application/x-protobuf", "content-encoding": "zstd" })
    assert.strictEqual(bomb.status, 400)
    assert.match(bomb.body.error.message, /no zstd, or more than/)
  })

  it("samples with stops, seeds, limits, and scores prompts", async () => {
    const { client } = server
    const sampler = await client.sampler(await client.model(await client.session()))
    const prompt = [{ tokens: [5, 6, 7] }]
    const drawn = { max_tokens: 12, temperature: 1, seed: 3 }
    const one = await client.sample(sampler, prompt, drawn, { num_samples: 3 })
    const [again, others] = await Promise.all([client.sample(sampler, prompt, drawn, { num_samples: 3 }), client.sample(sampler, prompt, { ...drawn, seed: 4 }, { num_samples: 3 })])
    assert.deepStrictEqual(again.sequences.map(({ tokens }) => tokens), one.sequences.map(({ tokens }) => tokens))
    assert.notDeepEqual(others.sequences.map(({ tokens }) => tokens), one.sequences.map(({ tokens }) => tokens))

    const free = { max_tokens: 12, temperature: 0, stop: [] }
    const [whole] = (await client.sample(sampler, prompt, free)).sequences
    assert.lengthOf(whole!.tokens, 12, "nothing ends it, not even the model's own end")
    const third = whole!.tokens[2]!
    const [stopped] = (await client.sample(sampler, prompt, { ...free, stop: [third] })).sequences
    assert.deepStrictEqual(stopped!.tokens, whole!.tokens.slice(0, whole!.tokens.indexOf(third) + 1))
    assert.strictEqual(stopped!.finishReason, "stop")
    const text = server.base.text.decode(whole!.tokens.slice(0, 5))
    const [cut] = (await client.sample(sampler, prompt, { ...free, stop: [text.slice(-2)] })).sequences
    assert.isAtMost(cut!.tokens.length, 5)
    assert.include(server.base.text.decode(cut!.tokens), text.slice(-2))

    const { promptLogprobs } = await client.sample(sampler, prompt, { max_tokens: 1 }, { prompt_logprobs: true })
    const model = await client.model(await client.session())
    const scored = await client.forwardBackward(model, [datumOf([{ tokens: [5, 6] }], { target_tokens: [6, 7], weights: [0, 0] })], "cross_entropy", {}, true)
    assert.isNull(promptLogprobs![0])
    scored.logprobs[0]!.forEach((value, i) => assert.approximately(promptLogprobs![i + 1]!, value, 1e-5))
  })

  it("refuses what it does not do, and what cannot be, by its name", async () => {
    const { client } = server
    const session = await client.session()
    const model = await client.model(session)
    const forward = (data: ReturnType<typeof datumOf>, loss = "cross_entropy") => refusal(client.submitForward(model, [data], loss))
    const input = [{ tokens: [5, 6] }]
    const inputs = { target_tokens: [6, 7], weights: [1, 1] }
    assert.match((await forward(datumOf(input, { target_tokens: [6, 7] }))).message, /data\.0\.loss_fn_inputs\.weights is missing/)
    assert.match((await forward(datumOf(input, { ...inputs, mask: [1, 1] }))).message, /this loss reads target_tokens, weights, and not "mask"/)
    assert.match((await forward(datumOf(input, { ...inputs, weights: [1] }))).message, /its shape is \[1\], of 1 numbers, where the input has 2 positions/)
    assert.match((await forward(datumOf(input, { ...inputs, weights: [1, Number.NaN] }))).message, /number 1 is not finite/)
    assert.match((await forward(datumOf(input, { ...inputs, target_tokens: [6, 999_999] }))).message, /999999 is no token of the model/)
    assert.match((await forward(datumOf([{ tokens: [5, -1] }], inputs))).message, /-1 is no token of the model/)
    assert.match((await forward(datumOf([{ tokens: [5, server.base.imageToken] }], inputs))).message, /stands for a piece of an image; send the image/)
    assert.match((await forward(datumOf([], {}))).message, /it is empty/)
    assert.match((await refusal(client.submitForward(model, [], "cross_entropy"))).message, /data: there are 0/)
    const bytes = await picture(0)
    const withPicture = (expectedTokens: number, weights: ReadonlyArray<number>) =>
      forward(datumOf([{ image: { bytes, format: "png", expectedTokens } }, { tokens: [5] }], { target_tokens: weights.map(() => 0), weights }))
    assert.match((await withPicture(9, [1])).message, /the image is 16 tokens, not 9/)
    assert.match((await withPicture(16, [1, ...new Array<number>(16).fill(0)])).message, /position 0 is within an image, where nothing is predicted/)
    assert.match((await forward(datumOf([{ image: { bytes: Buffer.from("<svg/>"), format: "png" } }], inputs))).message, /is no PNG, JPEG, WebP or GIF/)

    const sample = (params: object, more: object = {}) => refusal(client.post("asample", { sampling_session_id: sampler, prompt: { chunks: [{ type: "encoded_text", tokens: [5] }] }, sampling_params: params, ...more }))
    const sampler = await client.sampler(model)
    assert.match((await sample({ max_tokens: 4000 })).message, /the prompt has 1 tokens, images included, so of the 2048 that the model reads 2047 are left/)
    assert.match((await sample({ max_tokens: 2000 }, { num_samples: 100 })).message, /100 answers of 2000 tokens are over/)
    assert.match((await sample({ max_tokens: 4, temperature: 1e-9 })).message, /too close to 0/)
    assert.match((await sample({ max_tokens: 4 }, { topk_prompt_logprobs: 5 })).message, /topk_prompt_logprobs is not done/)
    assert.match((await sample({ max_tokens: 4 }, { guided: true })).message, /guided is not done by this server/)
    assert.match((await sample({ max_tokens: 4, min_p: 0.1 })).message, /min_p/)

    const create = (more: object) => refusal(client.post("create_model", { session_id: session, model_seq_id: 9, base_model: name, lora_config: { rank: 4 }, ...more }))
    assert.match((await create({ lora_config: null })).message, /models train as adapters here/)
    assert.match((await create({ lora_config: { rank: 0 } })).message, /lora_config\.rank/)
    assert.match((await create({ lora_config: { rank: 4, train_attn: false, train_mlp: false, train_unembed: false } })).message, /nothing of the model would train/)
    assert.match((await create({ optimizer_config: { type: "dimuon" } })).message, /no optimizer "dimuon" here/)
    assert.match((await refusal(client.post("optim_step", { model_id: model, adam_params: { learning_rate: 1, momentum: 1 } }))).message, /momentum/)
    assert.match((await refusal(client.post("save_weights_for_sampler", { model_id: model, path: "a", kind: "inflight" }))).message, /as a snapshot here, not "inflight"/)
  })

  it("keeps what was saved when it starts anew, and loads it into a model of another client", async () => {
    const { client } = server
    const session = await client.session()
    const model = await client.model(session)
    await client.forwardBackward(model, supervised, "cross_entropy")
    await client.step(model)
    const { path } = await client.done(await client.post("save_weights", { model_id: model, path: "kept" }))
    const expected = await client.forwardBackward(model, supervised, "cross_entropy", {}, true)
    const fresh = await client.session()
    const loaded = await client.post("load_weights", { session_id: fresh, model_seq_id: 0, path, optimizer: true })
    assert.strictEqual((await client.done(loaded))["lora_rank"], 4)
    assert.deepStrictEqual(await client.forwardBackward(loaded.body.model_id, supervised, "cross_entropy", {}, true), expected)
    const other = await client.model(await client.session(), { rank: 8 })
    assert.match((await refusal(client.post("load_weights", { model_id: other, path }))).message, /it is of rank 4 and was made with another lora_config/)
  })

  it("lets go of a session's models and samplers when it finishes, and keeps what has a name", async () => {
    const { client } = server
    const session = await client.session()
    const model = await client.model(session)
    const sampler = await client.sampler(model)
    await client.done(await client.post("save_weights_for_sampler", { model_id: model, path: "named" }))
    const files = () => readdirSync(server.folder, { recursive: true }).map(String).filter((file) => file.startsWith(model.replaceAll(":", "-")) && file.endsWith(".safetensors"))
    assert.strictEqual((await client.post(`sessions/${session}/finish`, {})).status, 200)
    assert.lengthOf(files(), 1)
    assert.strictEqual((await client.post("session_heartbeat", { session_id: session })).status, 410)
    assert.strictEqual((await client.submitForward(model, supervised, "cross_entropy")).status, 404)
    assert.strictEqual((await client.post("asample", { sampling_session_id: sampler, prompt: { chunks: [] }, sampling_params: {} })).status, 404)
    const next = await client.session()
    const named = await client.post("create_sampling_session", { session_id: next, sampling_session_seq_id: 0, model_path: `tinker://${model}/sampler_weights/named` })
    assert.lengthOf((await client.sample(named.body.sampling_session_id, [{ tokens: [5] }], { max_tokens: 1 })).sequences, 1)
  })

  it("tells of all answers of a sampling session at once, each of them once", async () => {
    const { client } = server
    const session = await client.session()
    const sampler = (await client.post("create_sampling_session", { session_id: session, sampling_session_seq_id: 0, base_model: name })).body.sampling_session_id
    const asked = await Promise.all([5, 6, 7].map((token) =>
      client.post("asample", { sampling_session_id: sampler, prompt: { chunks: [{ type: "encoded_text", tokens: [token] }] }, sampling_params: { max_tokens: 2 } })))
    assert.deepStrictEqual(asked[0]!.body["sample_sequence_ids"], [`${asked[0]!.body.request_id}:0`])
    const told: Array<string> = []
    let cursor = 0
    while (told.length < 3) {
      const { body } = await client.post("retrieve_futures", { target: { type: "sampling_session", sampling_session_id: sampler }, prev_cursor: cursor })
      cursor = body["cursor"] as number
      told.push(...(body["completions"] as ReadonlyArray<{ readonly request_id: string }>).map(({ request_id }) => request_id))
    }
    assert.sameMembers(told, asked.map(({ body }) => body.request_id))
    const { body } = await client.post("retrieve_futures", { target: { sampling_session_id: sampler }, prev_cursor: cursor, timeout: 0 })
    assert.deepStrictEqual(body["completions"], [])
  })

  it("is not well once what computes is gone, and says what happened", async () => {
    const gone = await serving()
    const health = () => gone.send(new Request("http://127.0.0.1/api/v1/healthz"))
    assert.deepStrictEqual(await (await health()).json(), { status: "ok" })
    await gone.close()
    const answered = await health()
    assert.strictEqual(answered.status, 503)
    assert.deepStrictEqual(await answered.json(), { status: "broken", message: "The compute thread ended with code 0; it may have run out of memory." })
  })
})
