/** A Tinker server over the shipped model, asked without a network. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { Chunk } from "../../../src/model/chunks.ts"
import { type InputChunk, modelInputOf } from "../../../src/protocol/tinker/chunks.ts"
import { decodeSampled, type Sampled } from "../../../src/protocol/tinker/sampling.ts"
import { type Datum, decodeScored, encodeForwardBackward, type Scored } from "../../../src/protocol/tinker/training.ts"
import { errorOf, errorResponse } from "../../../src/server/http/answers.ts"
import type { Handler } from "../../../src/server/http/routes.ts"
import { type Base, open } from "../../../src/server/tinker/base.ts"
import { handlerOf } from "../../../src/server/tinker/handler.ts"
import { renderPng } from "../../../src/vision/scenes/render.ts"
import { sceneOf } from "../../../src/data/drawn/shapes.ts"

export const name = "assay:tiny-vl"

/** The picture of a drawn scene. */
export const picture = async (i: number): Promise<Uint8Array> =>
  renderPng(sceneOf({ split: "validation", seed: 3, size: { width: 112, height: 112 } }, i))

export const uriOf = (bytes: Uint8Array): string => `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`

/** Chunks of the engine as those of the protocol. */
export const toInput = (chunks: ReadonlyArray<Chunk>): ReadonlyArray<InputChunk> =>
  chunks.map((chunk) =>
    "tokens" in chunk ? chunk : { image: { bytes: Buffer.from(chunk.image.split(",")[1]!, "base64"), format: "png" } })

/** An answer of the server, as what it should be: that it is, the test says. */
export interface Answered {
  readonly status: number
  readonly body: { readonly [name: string]: unknown } & {
    readonly request_id: string
    readonly model_id: string
    readonly session_id: string
    readonly sampling_session_id: string
    readonly path: string
    readonly metrics: { readonly [name: string]: number }
    readonly error: { readonly message: string; readonly param: string | null }
  }
  readonly bytes: Uint8Array
}

export const tensor = (values: ReadonlyArray<number>) => ({ values, shape: [values.length] })

/** A datum of the protocol. */
export const datumOf = (input: ReadonlyArray<InputChunk>, inputs: { readonly [name: string]: ReadonlyArray<number> }): Datum => ({
  input,
  lossInputs: new Map(Object.entries(inputs).map(([name, values]) => [name, tensor(values)]))
})

/** Asks a server in the words of the protocol. */
export const clientOf = (send: (request: Request) => Promise<Response>, headers: { readonly [name: string]: string } = {}) => {
  const ask = async (path: string, body: string | Uint8Array<ArrayBuffer>, more: { readonly [name: string]: string } = {}): Promise<Answered> => {
    const response = await send(new Request(`http://127.0.0.1/api/v1/${path}`, { method: "POST", body, headers: { ...headers, ...more } }))
    const bytes = new Uint8Array(await response.arrayBuffer())
    const json = response.headers.get("content-type")?.startsWith("application/json")
    return { status: response.status, bytes, body: json ? JSON.parse(new TextDecoder().decode(bytes)) : {} as Answered["body"] }
  }
  const post = (path: string, body: unknown, more?: { readonly [name: string]: string }) => ask(path, JSON.stringify(body), more)
  /** Waits for what a submitted request comes to. */
  const result = async ({ body, status }: Answered, accept = "application/x-protobuf"): Promise<Answered> => {
    if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`)
    for (;;) {
      const answered = await post("retrieve_future", { request_id: body.request_id }, { accept })
      if (answered.body["type"] !== "try_again") return answered
    }
  }
  const done = async (submitted: Answered): Promise<Answered["body"]> => {
    const { body } = await result(submitted)
    if ("error" in body) throw new Error(String(body.error))
    return body
  }
  let sequence = 0
  const submitForward = (modelId: string, data: ReadonlyArray<Datum>, loss: string, settings: { readonly [name: string]: number | string } = {}, forwardOnly = false) =>
    ask("forward_backward", encodeForwardBackward({ modelId, data, loss, settings: new Map(Object.entries(settings)), forwardOnly }, ++sequence), {
      "content-type": "application/x-protobuf"
    })
  const scored = async (submitted: Answered): Promise<Scored> => {
    const { body, bytes } = await result(submitted)
    if ("error" in body) throw new Error(String(body.error))
    return decodeScored(bytes)
  }
  return {
    ask,
    post,
    result,
    done,
    submitForward,
    forwardBackward: async (...args: Parameters<typeof submitForward>) => scored(await submitForward(...args)),
    session: async (): Promise<string> => (await post("create_session", { tags: [], type: "create_session" })).body.session_id,
    model: async (session: string, lora: object = { rank: 4, seed: 0 }, model_seq_id = 0): Promise<string> =>
      (await done(await post("create_model", { session_id: session, model_seq_id, base_model: name, lora_config: lora }))).model_id,
    step: async (model_id: string, adam: object = {}) => done(await post("optim_step", { model_id, adam_params: { learning_rate: 1e-3, ...adam } })),
    sampler: async (model_id: string, sampling_session_seq_id = 0): Promise<string> =>
      String((await done(await post("save_weights_for_sampler", { model_id, sampling_session_seq_id })))["sampling_session_id"]),
    sample: async (sampling_session_id: string, input: ReadonlyArray<InputChunk>, sampling_params: object, more: object = {}): Promise<Sampled> => {
      const answered = await result(await post("asample", { sampling_session_id, seq_id: 0, prompt: modelInputOf(input), sampling_params, ...more }))
      if ("error" in answered.body) throw new Error(String(answered.body.error))
      return decodeSampled(answered.bytes)
    }
  }
}

/** The shipped model behind a handler, or what is made of it. */
export const serving = async (changed: (base: Base) => Base = (base) => base) => {
  const folder = mkdtempSync(join(tmpdir(), "assay-tinker-"))
  const scope = Scope.makeUnsafe()
  const inScope = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.provideService(effect, Scope.Scope, scope))
  const base = changed(await inScope(open(name)))
  const handler: Handler = await inScope(handlerOf(base, folder))
  const send = async (request: Request): Promise<Response> => {
    try {
      return await handler(request)
    } catch (cause) {
      return errorResponse(errorOf(cause))
    }
  }
  return {
    base,
    folder,
    send,
    client: clientOf(send),
    close: async () => {
      await Effect.runPromise(Scope.close(scope, Exit.void))
      rmSync(folder, { recursive: true, force: true })
    }
  }
}
