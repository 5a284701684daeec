/** What a server keeps of models, weights and answers, where, and for how long. */
import * as Effect from "effect/Effect"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import type { Asked, Call } from "../../../src/policy/local/adapters/start.ts"
import { PolicyError } from "../../../src/policy/policyError.ts"
import { datumOf, name, serving } from "./support.ts"

/** Whether there is no memory for another model. */
let full = false
const filled = (call: Call): Call => (method, ...args) =>
  full && method === "create" ? Effect.fail(new PolicyError({ operation: "create", message: "memory is full", exitCode: 1 })) : call(method, ...args)

/** How many tokens every answer has, where it is not the model that answers. */
let long: number | undefined
const lengthened = (call: Call): Call => (method, ...args) => {
  if (long === undefined || method !== "sample") return call(method, ...args)
  const drawn = { tokens: new Array<number>(long).fill(5), logprobs: new Array<number>(long).fill(-1), finishReason: "length" }
  return Effect.succeed((args[1] as ReadonlyArray<Asked>).map(() => [drawn]) as never)
}

const before = process.env["TMPDIR"]
const temporary = mkdtempSync(join(tmpdir(), "assay-keeping-"))
let server: Awaited<ReturnType<typeof serving>>
beforeAll(async () => {
  process.env["TMPDIR"] = temporary
  server = await serving((base) => ({ ...base, trains: filled(base.trains), samples: lengthened(base.samples) }))
})
afterAll(async () => {
  await server.close()
  assert.deepStrictEqual(readdirSync(temporary).filter((file) => file.startsWith("assay-")), [], "no folder outlives the server")
  rmSync(temporary, { recursive: true })
  if (before === undefined) delete process.env["TMPDIR"]
  else process.env["TMPDIR"] = before
})

/** Files of weights of a model: those of clients, and those that nobody named. */
const files = (model: string) => {
  const all = readdirSync(temporary, { recursive: true, withFileTypes: true })
    .filter((file) => file.name.endsWith(".safetensors") && file.parentPath.includes(model.replaceAll(":", "-")))
    .map(({ parentPath }) => parentPath.startsWith(server.folder))
  return { named: all.filter((named) => named).length, unnamed: all.filter((named) => !named).length }
}

const prompt = [{ tokens: [5, 6, 7] }]
const greedy = { max_tokens: 8, temperature: 0, stop: [] }
const error = async (submitted: ReturnType<typeof server.client.post>): Promise<string> => String((await server.client.result(await submitted)).body.error)
const train = async (model: string) => {
  await server.client.forwardBackward(model, [datumOf(prompt, { target_tokens: [6, 7, 8], weights: [1, 1, 1] })], "cross_entropy")
  await server.client.step(model, { learning_rate: 0.1 })
}

describe("a Tinker server keeps", () => {
  it("weights that nobody named apart from the checkpoints, and until their session ends", async () => {
    const { client } = server
    const session = await client.session()
    const model = await client.model(session)
    await client.sampler(model)
    await client.done(await client.post("save_weights_for_sampler", { model_id: model, path: "named" }))
    assert.deepStrictEqual(files(model), { named: 1, unnamed: 1 })
    await client.post(`sessions/${session}/finish`, {})
    assert.deepStrictEqual(files(model), { named: 1, unnamed: 0 })
  })

  it("none of those of a model that was unloaded, and all of another one's", async () => {
    const { client } = server
    const session = await client.session()
    const [gone, kept] = [await client.model(session, { rank: 4 }, 0), await client.model(session, { rank: 4 }, 1)]
    const [ofGone, ofKept] = [await client.sampler(gone, 0), await client.sampler(kept, 1)]
    // asked before the model is unloaded, and done before
    const last = await client.post("save_weights_for_sampler", { model_id: gone, sampling_session_seq_id: 2 })
    await client.done(await client.post("unload_model", { model_id: gone }))
    await client.done(last)
    assert.strictEqual(files(gone).unnamed, 0)
    assert.strictEqual((await client.post("asample", { sampling_session_id: ofGone, prompt: { chunks: [] }, sampling_params: {} })).status, 404)
    assert.strictEqual(files(kept).unnamed, 1)
    assert.lengthOf((await client.sample(ofKept, prompt, greedy)).sequences, 1)
  })

  it("no weights whose sampling session could not be opened", async () => {
    const { client } = server
    const model = await client.model(await client.session())
    await client.sampler(model, 5)
    assert.match(await error(client.post("save_weights_for_sampler", { model_id: model, sampling_session_seq_id: 5 })), /there is a sampling session \S+ already/)
    assert.strictEqual(files(model).unnamed, 1)
  })

  it("the weights of a sampling session as they were, and says so where it no longer can", async () => {
    const { client } = server
    const session = await client.session()
    const model = await client.model(session)
    const { path } = await client.done(await client.post("save_weights", { model_id: model, path: "latest" }))
    const open = async (sampling_session_seq_id: number) =>
      (await client.post("create_sampling_session", { session_id: session, sampling_session_seq_id, model_path: path })).body.sampling_session_id
    const [used, unused] = [await open(0), await open(1)]
    const first = await client.sample(used, prompt, greedy)
    await train(model)
    await client.done(await client.post("save_weights", { model_id: model, path: "latest", overwrite: true }))
    assert.deepStrictEqual(await client.sample(unused, prompt, greedy), first, "they are in memory still")

    const other = await client.model(session, { rank: 4 }, 1)
    const taken = await client.done(await client.post("save_weights", { model_id: other, path: "latest" }))
    const late = (await client.post("create_sampling_session", { session_id: session, sampling_session_seq_id: 2, model_path: taken.path })).body.sampling_session_id
    await train(other)
    await client.done(await client.post("save_weights", { model_id: other, path: "latest", overwrite: true }))
    const asked = client.post("asample", { sampling_session_id: late, prompt: { chunks: [{ type: "encoded_text", tokens: [5] }] }, sampling_params: greedy })
    assert.match(await error(asked), new RegExp(`${taken.path} was written over since`))
    assert.notDeepEqual(await client.sample(await open(3), prompt, greedy), first, "a new session samples what is there by now")
  })

  it("the reason for which there is no model", async () => {
    const { client } = server
    const { path } = await client.done(await client.post("save_weights", { model_id: await client.model(await client.session()), path: "a" }))
    full = true
    try {
      assert.match(await error(client.post("load_weights", { session_id: await client.session(), model_seq_id: 0, path })), /memory is full/)
    } finally {
      full = false
    }
  })

  it("so many numbers of what was sampled: the oldest answers go", async () => {
    const { client } = server
    long = 2000
    try {
      const session = await client.session()
      const { sampling_session_id } = (await client.post("create_sampling_session", { session_id: session, sampling_session_seq_id: 0, base_model: name })).body
      const asked = []
      // 64 answers of 2000 tokens and as many log-probabilities: 33 times that is more than 2 ** 23
      for (let i = 0; i < 33; i++) {
        const params = { max_tokens: long, temperature: 0 }
        const one = await client.post("asample", { sampling_session_id, num_samples: 64, prompt: { chunks: [{ type: "encoded_text", tokens: [5] }] }, sampling_params: params })
        assert.strictEqual((await client.result(one)).status, 200)
        asked.push(one)
      }
      const again = await Promise.all(asked.slice(0, 2).map((one) => client.result(one)))
      assert.deepStrictEqual(again.map(({ status }) => status), [404, 200])
    } finally {
      long = undefined
    }
  })
})
