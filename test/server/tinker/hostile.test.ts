/** Whatever is sent to a Tinker server, it answers, and goes on. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { forwardBackwardRequest } from "../../../src/protocol/tinker/messages.ts"
import { serve } from "../../../src/server/http/serve.ts"
import { raw } from "../http/raw.ts"
import { clientOf, datumOf, name, serving } from "./support.ts"

const posts = [
  "client/config", "create_session", "session_heartbeat", "telemetry", "create_model", "get_info", "unload_model", "forward", "forward_backward",
  "optim_step", "save_weights", "save_weights_for_sampler", "load_weights", "weights_info", "create_sampling_session", "asample",
  "retrieve_future", "retrieve_futures", "cancel_future", "sessions/x/finish", "../../etc/passwd", "__proto__"
]

/** Answered without a word about the body. */
const unread = ["client/config", "telemetry", "sessions/x/finish"]

let server: Awaited<ReturnType<typeof serving>>
beforeAll(async () => void (server = await serving()))
afterAll(() => server.close())

/** It trains still. */
const lives = async () => {
  const { client } = server
  const session = await client.session()
  const model = await client.model(session)
  const { metrics } = await client.forwardBackward(model, [datumOf([{ tokens: [5, 6] }], { target_tokens: [6, 7], weights: [1, 1] })], "cross_entropy")
  assert.isTrue(Number.isFinite(metrics["loss:sum"]))
  await client.post(`sessions/${session}/finish`, {})
}

const bytesOf = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })))

describe("hostile requests", () => {
  it.live.prop("arbitrary bytes to every path, in either wire and however packed, are refused", [bytesOf], ([bytes]) =>
    Effect.promise(async () => {
      for (const path of posts) {
        for (const headers of [{}, { "content-type": "application/x-protobuf" }, { "content-encoding": "zstd" }, { "content-encoding": "gzip" }, { "content-encoding": "br" }]) {
          const { body, status } = await server.client.ask(path, Uint8Array.from(bytes), headers as { [name: string]: string })
          if (unread.includes(path)) assert.strictEqual(status, 200)
          else assert.isTrue(status >= 400 && status < 500 && typeof body.error?.message === "string", `${path} ${JSON.stringify(headers)} ${status} ${JSON.stringify(body)}`)
        }
      }
      await lives()
    }), { arbitrary: { runs: 20 } })

  it.live.prop("arbitrary JSON is refused or answered, in the place of every field too", [Schema.Json], ([value]) =>
    Effect.promise(async () => {
      const { client } = server
      const session = await client.session()
      const model_id = await client.model(session)
      const sampling_session_id = (await client.post("create_sampling_session", { session_id: session, sampling_session_seq_id: 0, base_model: name })).body.sampling_session_id
      const input = { data: value, loss_fn: value, loss_fn_config: value }
      const datum = { model_input: { chunks: [{ type: "encoded_text", tokens: [5] }] }, loss_fn_inputs: { target_tokens: { data: [5], dtype: "int64" }, weights: value } }
      const bodies: ReadonlyArray<readonly [string, unknown]> = [
        ...posts.map((path) => [path, value] as const),
        ["create_model", { session_id: session, model_seq_id: value, base_model: name, lora_config: { rank: 4 } }],
        ["create_model", { session_id: session, model_seq_id: 3, base_model: value, lora_config: value }],
        ["forward_backward", { model_id, forward_backward_input: input }],
        ["forward_backward", { model_id, forward_backward_input: { data: [datum, value], loss_fn: "cross_entropy" } }],
        ["forward_backward", { model_id, forward_backward_input: { data: [{ model_input: value, loss_fn_inputs: { ["__proto__"]: value } }], loss_fn: "ppo" } }],
        ["optim_step", { model_id, adam_params: value }],
        ["save_weights", { model_id, path: value }],
        ["save_weights", { model_id, path: JSON.stringify(value) }],
        ["load_weights", { model_id, path: value, optimizer: value }],
        ["load_weights", { model_id, path: `tinker://${model_id}/weights/${JSON.stringify(value)}` }],
        ["create_sampling_session", { session_id: session, sampling_session_seq_id: 1, model_path: value }],
        ["asample", { sampling_session_id, prompt: value, sampling_params: value }],
        ["asample", { sampling_session_id, prompt: { chunks: [value] }, sampling_params: {} }],
        ["asample", { sampling_session_id, prompt: { chunks: [{ type: "image", format: "png", data: JSON.stringify(value) }] }, sampling_params: {} }],
        ["asample", { sampling_session_id, prompt: { chunks: [{ type: "encoded_text", tokens: [5] }] }, sampling_params: { max_tokens: 1, stop: value } }],
        ["retrieve_futures", { target: { sampling_session_id }, prev_cursor: value, timeout: 0 }]
      ]
      for (const [path, body] of bodies) {
        const answered = await client.post(path, body)
        assert.isTrue(answered.status < 500, `${path} ${answered.status} ${JSON.stringify(body)} ${JSON.stringify(answered.body)}`)
      }
      await client.post(`sessions/${session}/finish`, {})
      await lives()
    }), { arbitrary: { runs: 25 } })

  it("messages with tensors that are not what they say are refused", async () => {
    const { client } = server
    const model_id = await client.model(await client.session())
    const tensor = { dense: new Uint8Array(8), dtype: "DTYPE_FLOAT32", shape: [2] } as const
    const tensors = [
      tensor,
      { ...tensor, dense: new Uint8Array(7) },
      { ...tensor, shape: [1, 2] },
      { ...tensor, shape: [2 ** 40] },
      { ...tensor, shape: [-1] },
      { ...tensor, dtype: "DTYPE_BFLOAT16" as const },
      { sparse_csr: {}, dtype: "DTYPE_FLOAT32" as const, shape: [2] }
    ]
    const inputs = [{ encoded_text: { tokens: Uint8Array.of(5, 0, 0, 0) } }, { encoded_text: { tokens: new Uint8Array(3) } }, { dmel: {} }, {}]
    for (const weights of tensors) {
      for (const chunk of inputs) {
        const message = { model_id, seq_id: 1, loss_fn: "cross_entropy", loss_fn_config: {}, loss_fn_config_v2: {}, forward_only: false }
        const bytes = forwardBackwardRequest.encode({ ...message, data: [{ model_input: [chunk], loss_fn_inputs: { target_tokens: weights, weights, ["__proto__"]: weights } }] })
        const { status } = await client.ask("forward_backward", bytes, { "content-type": "application/x-protobuf" })
        assert.strictEqual(status, 400)
      }
    }
    assert.notProperty({}, "shape")
  })

  it("no name or path leaves the folder of checkpoints", async () => {
    const { client } = server
    const model_id = await client.model(await client.session())
    const names = ["../out", "..", ".", "/tmp/out", "a/../../out", "..\\out", "%2e%2e%2fout", "a\0b", "CON", "x".repeat(300)]
    for (const path of names) {
      const saved = await client.post("save_weights", { model_id, path })
      if (path !== "CON") assert.strictEqual(saved.status, 400, path)
      for (const uri of [path, `tinker://${model_id}/weights/${path}`, `tinker://../${path}/weights/a`]) {
        assert.oneOf((await client.post("load_weights", { model_id, path: uri })).status, [400, 404], uri)
      }
    }
    assert.isFalse(existsSync(join(server.folder, "..", "out")) || existsSync(join(server.folder, "..", "out.safetensors")))
    for (const file of readdirSync(server.folder)) assert.match(file, /^[0-9a-f-]{36}-train-\d+$/)
  })

  it.live.prop("arbitrary bytes on the wire close a connection, and no other", [Schema.String], ([text]) =>
    Effect.gen(function*() {
      const { url } = yield* serve({ handler: server.send })
      const connections = [text, `POST /api/v1/asample HTTP/1.1\r\nHost: localhost\r\n${text}\r\n\r\n`].map((bytes) => raw(url, bytes))
      connections.forEach(({ socket }) => socket.end())
      yield* Effect.promise(async () => assert.strictEqual((await fetch(`${url}/api/v1/healthz`)).status, 200))
      yield* Effect.promise(() => Promise.all(connections.map(({ answer }) => answer)))
    }).pipe(Effect.scoped), { arbitrary: { runs: 20 } })

  it.live("clients that go away while they wait, or never come for what they asked, hurt nobody else", () =>
    Effect.gen(function*() {
      const { url } = yield* serve({ handler: server.send })
      const gone = clientOf(async (request) => fetch(new Request(`${url}${new URL(request.url).pathname}`, request)))
      yield* Effect.promise(async () => {
        const session = await gone.session()
        const model = await gone.model(session)
        const data = [datumOf([{ tokens: [5, 6] }], { target_tokens: [6, 7], weights: [1, 1] })]
        const submitted = []
        for (let i = 0; i < 50; i++) submitted.push(await gone.submitForward(model, data, "cross_entropy"))
        const waits = submitted.map(({ body }) => {
          const abort = new AbortController()
          const poll = fetch(`${url}/api/v1/retrieve_future`, { method: "POST", body: JSON.stringify({ request_id: body.request_id }), signal: abort.signal }).catch(() => {})
          abort.abort()
          return poll
        })
        await Promise.all(waits)
        await lives()
      })
    }).pipe(Effect.scoped))

  it.live("a token is needed beyond loopback, as a bearer or as the key that clients of the protocol send", () =>
    Effect.gen(function*() {
      const { url } = yield* serve({ handler: server.send, token: "tml-secret" })
      const status = (headers: { readonly [name: string]: string }) =>
        Effect.promise(async () => (await fetch(`${url}/api/v1/get_server_capabilities`, { headers })).status)
      assert.strictEqual(yield* status({}), 401)
      assert.strictEqual(yield* status({ "x-api-key": "tml-guess" }), 401)
      assert.strictEqual(yield* status({ "x-api-key": "tml-secret" }), 200)
      assert.strictEqual(yield* status({ authorization: "Bearer tml-secret" }), 200)
    }).pipe(Effect.scoped))
})
