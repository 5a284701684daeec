/** Weights for a running vLLM: in which order it is asked, and what happens where it cannot. On the real one: test/engines. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { json } from "node:stream/consumers"
import { afterEach } from "vitest"
import { receiving } from "../../../src/policy/openai/weights.ts"

/** What is answered otherwise; false where it is not, this time. */
type Answers = { readonly [path: string]: (response: ServerResponse, body: Record<string, string>, state: { models: Array<string> }) => boolean | void }

const closing: Array<() => void> = []
afterEach(() => closing.splice(0).forEach((close) => close()))

/** Remembers versions and adapters as vLLM does; `but` answers otherwise. */
const vllm = async (but: Answers = {}) => {
  const asked: Array<string> = []
  const state = { version: "default", models: ["tiny"] }
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url!, "http://x")
    const body = request.method === "POST" ? await json(request) as Record<string, string> : {}
    asked.push(`${request.method} ${request.url} ${JSON.stringify(body)}`)
    const otherwise = but[pathname]
    if (otherwise !== undefined && otherwise(response, body, state) !== false) return
    if (pathname === "/update_weight_version") state.version = body["new_version"]!
    if (pathname === "/v1/load_lora_adapter") {
      if (state.models.includes(body["lora_name"]!)) {
        return void response.writeHead(400).end(JSON.stringify({ error: { message: `The lora adapter '${body["lora_name"]}' has already been loaded.` } }))
      }
      state.models.push(body["lora_name"]!)
    }
    if (pathname === "/v1/unload_lora_adapter") state.models = state.models.filter((name) => name !== body["lora_name"])
    const said = pathname === "/weight_info"
      ? { weight_version: state.version }
      : pathname === "/v1/models" ? { object: "list", data: state.models.map((id) => ({ id, object: "model" })) } : {}
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(said))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  closing.push(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const another = (patienceSeconds = 0.1) => Effect.runSync(receiving({ url, timeoutSeconds: 5, patienceSeconds }, "tiny"))
  return { another, asked, given: another(), state }
}

const delivery = (version: string, what: "model" | "adapter") => ({ version, folder: `/weights/${version}`, what })

describe("a whole model", () => {
  it.live("is loaded while nothing is computed, and what was remembered of the one before is forgotten", () =>
    Effect.gen(function*() {
      const { asked, given } = yield* Effect.promise(() => vllm())
      const first = delivery("a", "model")
      assert.isFalse(yield* given.receiver.has(first))
      yield* given.receiver.receive(first)
      assert.isTrue(yield* given.receiver.has(first))
      assert.deepStrictEqual(asked.slice(1, -1), [
        "POST /pause?mode=wait {}",
        "POST /update_weight_version {\"new_version\":\"none, while others are loaded\"}",
        "POST /collective_rpc {\"method\":\"reload_weights\",\"kwargs\":{\"weights_path\":\"/weights/a\"}}",
        "POST /reset_mm_cache {}",
        "POST /reset_encoder_cache {}",
        "POST /reset_prefix_cache {}",
        "POST /update_weight_version {\"new_version\":\"a\"}",
        "POST /resume {}"
      ])
      assert.strictEqual((yield* given.asked).model, "tiny")
    }))

  it.live("that cannot be loaded leaves the server going on, and without a version that anybody would take for good", () =>
    Effect.gen(function*() {
      const { asked, given, state } = yield* Effect.promise(() => vllm({
        "/collective_rpc": (response) => void response.writeHead(500).end("{\"error\":{\"message\":\"no such folder\"}}")
      }))
      const error = yield* Effect.flip(given.receiver.receive(delivery("a", "model")))
      assert.match(error.message, /answered 500: no such folder/)
      assert.strictEqual(asked.at(-1), "POST /resume {}")
      assert.notStrictEqual(state.version, "a")
      assert.strictEqual(asked.filter((line) => line.includes("collective_rpc")).length, 1, "it is not asked again for what broke it")
    }))

  it.live("that is there already is the one that answers", () =>
    Effect.gen(function*() {
      const { given, state } = yield* Effect.promise(() => vllm())
      state.version = "a"
      assert.isTrue(yield* given.receiver.has(delivery("a", "model")))
      const asked = yield* given.asked
      assert.deepStrictEqual([asked.model, asked.weights, yield* asked.still], ["tiny", "a", true])
      state.version = "another's"
      assert.isFalse(yield* asked.still)
    }))

  it.live("does not stop the server for good where nothing is heard of its pause", () =>
    Effect.gen(function*() {
      const { asked, given } = yield* Effect.promise(() => vllm({ "/pause": () => {} }))
      yield* given.receiver.receive(delivery("a", "model")).pipe(Effect.timeoutOption(300))
      assert.deepStrictEqual(asked, ["POST /pause?mode=wait {}", "POST /resume {}"])
    }))

  it.live("has not come before the server goes on", () =>
    Effect.gen(function*() {
      const { given } = yield* Effect.promise(() => vllm({ "/resume": (response) => void response.writeHead(500).end("{\"error\":{\"message\":\"stuck\"}}") }))
      assert.match((yield* Effect.flip(given.receiver.receive(delivery("a", "model")))).message, /answered 500: stuck/)
    }))

  it.live("is refused by servers that load none, with what to do", () =>
    Effect.gen(function*() {
      const { given } = yield* Effect.promise(() => vllm({ "/weight_info": (response) => void response.writeHead(404).end("{\"detail\":\"Not Found\"}") }))
      const error = yield* Effect.flip(given.receiver.has(delivery("a", "model")))
      assert.match(error.message, /answered 404: Not Found\. Weights are loaded by vLLM alone, started with VLLM_SERVER_DEV_MODE=1\./)
    }))
})

describe("an adapter", () => {
  it.live("is asked for by its version, and the one before goes when it has come", () =>
    Effect.gen(function*() {
      const { given, state } = yield* Effect.promise(() => vllm())
      for (const version of ["a", "b"]) {
        yield* given.receiver.receive(delivery(version, "adapter"))
        assert.strictEqual((yield* given.asked).model, version)
      }
      assert.deepStrictEqual(state.models, ["tiny", "b"])
      assert.isFalse(yield* given.receiver.has(delivery("a", "adapter")))
    }))

  it.live("that is there already, as after a crash of this side, is the one that answers, and stays for whoever loaded it", () =>
    Effect.gen(function*() {
      const { given, state } = yield* Effect.promise(() => vllm())
      state.models.push("a")
      assert.isTrue(yield* given.receiver.has(delivery("a", "adapter")))
      const asked = yield* given.asked
      assert.deepStrictEqual([asked.model, asked.weights, yield* asked.still], ["a", "a", true])
      yield* given.receiver.receive(delivery("b", "adapter"))
      assert.deepStrictEqual(state.models, ["tiny", "a", "b"])
    }))

  it.live("that runs side by side began with goes with the last of them", () =>
    Effect.gen(function*() {
      const { another, given, state } = yield* Effect.promise(() => vllm())
      const other = another()
      yield* given.receiver.receive(delivery("a", "adapter"))
      assert.isTrue(yield* other.receiver.has(delivery("a", "adapter")))
      yield* given.receiver.receive(delivery("b", "adapter"))
      assert.deepStrictEqual(state.models, ["tiny", "a", "b"])
      yield* other.receiver.receive(delivery("c", "adapter"))
      assert.deepStrictEqual(state.models, ["tiny", "b", "c"])
    }))

  it.live("has come where the answer to that was lost, or another run was faster", () =>
    Effect.gen(function*() {
      let lost = false
      const { another, state } = yield* Effect.promise(() => vllm({
        "/v1/load_lora_adapter": (response, body, state) => {
          if (lost) return false
          lost = true
          state.models.push(body["lora_name"]!)
          return void response.destroy()
        }
      }))
      for (const given of [another(3), another()]) {
        yield* given.receiver.receive(delivery("a", "adapter"))
        assert.strictEqual((yield* given.asked).model, "a")
      }
      assert.deepStrictEqual(state.models, ["tiny", "a"])
    }))

  it.live("that is refused and not there has not come", () =>
    Effect.gen(function*() {
      const { given } = yield* Effect.promise(() => vllm({
        "/v1/load_lora_adapter": (response) => void response.writeHead(400).end("{\"error\":{\"message\":\"rank 64 is over 16\"}}")
      }))
      assert.match((yield* Effect.flip(given.receiver.receive(delivery("a", "adapter")))).message, /answered 400: rank 64 is over 16\. Adapters are/)
    }))

  it.live("is refused by servers that load none, with what to do", () =>
    Effect.gen(function*() {
      const { given } = yield* Effect.promise(() => vllm({ "/v1/load_lora_adapter": (response) => void response.writeHead(404).end("{\"detail\":\"Not Found\"}") }))
      const error = yield* Effect.flip(given.receiver.receive(delivery("a", "adapter")))
      assert.match(error.message, /VLLM_ALLOW_RUNTIME_LORA_UPDATING=True, --enable-lora/)
    }))
})
