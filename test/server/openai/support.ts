/** A server's handler over the shipped model, asked without a network. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { sceneOf } from "../../../src/data/drawn/shapes.ts"
import * as Policy from "../../../src/policy/index.ts"
import { errorOf, errorResponse } from "../../../src/server/http/answers.ts"
import { handlerOf } from "../../../src/server/openai/handler.ts"
import { open } from "../../../src/server/model/model.ts"
import { renderPng } from "../../../src/vision/scenes/render.ts"

export const name = "assay:tiny-vl"

/** The picture of a drawn scene, as a data URI. */
export const scene = async (i: number): Promise<string> => {
  const png = await renderPng(sceneOf({ split: "validation", seed: 3, size: { width: 112, height: 112 } }, i))
  return `data:image/png;base64,${Buffer.from(png).toString("base64")}`
}

export const text = "Detect the following objects: red circle, blue square, green star."

/** A question about a picture, as OpenAI's clients ask it. */
export const about = (url: string, more: object = {}) => ({
  model: name,
  messages: [{ role: "user", content: [{ type: "image_url", image_url: { url } }, { type: "text", text }] }],
  ...more
})

/** The same question to a policy. */
export const questionAbout = (url: string) => ({
  messages: [{ role: "user" as const, content: [{ type: "image" as const }, { type: "text" as const, text }] }],
  images: [url]
})

interface Logprob {
  readonly token: string
  readonly logprob: number
  readonly bytes: ReadonlyArray<number>
}

interface Choice {
  readonly index: number
  readonly message: { readonly role: string; readonly content: string }
  /** In a stream, in place of the message. */
  readonly delta: { readonly role?: string; readonly content?: string }
  readonly logprobs: { readonly content: ReadonlyArray<Logprob> } | null
  readonly finish_reason: string | null
  readonly stop_reason: string | null
  readonly token_ids?: ReadonlyArray<number>
}

/** A chat completion or a piece of one. */
export interface Said {
  readonly id: string
  readonly object: string
  readonly model: string
  readonly system_fingerprint: string
  readonly choices: ReadonlyArray<Choice>
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number; readonly total_tokens: number } | null
  readonly prompt_token_ids?: ReadonlyArray<number>
}

interface Wrong {
  readonly message: string
  readonly type: string
  readonly param: string | null
  readonly code: string | null
}

export interface Answered {
  readonly status: number
  /** What came, as what it should be: that it is, the test says. */
  readonly body: Said & { readonly error: Wrong; readonly data: ReadonlyArray<unknown> }
}

export interface Served {
  /** Posts a body to a path and reads what comes. */
  readonly post: (body: unknown, signal?: AbortSignal) => Promise<Answered>
  readonly get: (path: string) => Promise<Answered>
  /** The pieces of a streamed answer, without the mark of its end, which must be there. */
  readonly stream: (body: object) => Promise<ReadonlyArray<Said>>
  /** The model without the server. */
  readonly sampler: Policy.Sampler["Service"]
  readonly close: () => Promise<void>
}

/** The pieces of a stream of server-sent events. Throws where it does not end as it should. */
const eventsIn = (body: string): ReadonlyArray<Said> => {
  const lines = body.split("\n\n").filter((line) => line !== "").map((line) => line.replace(/^data: /, ""))
  if (lines.pop() !== "[DONE]") throw new Error(`the stream has no end: ${body}`)
  return lines.map((line) => JSON.parse(line) as Said)
}

/** The shipped model behind a handler, and beside it. */
export const serving = async (): Promise<Served> => {
  const scope = Scope.makeUnsafe()
  const inScope = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.provideService(effect, Scope.Scope, scope))
  const model = await inScope(open(name))
  const handler = await inScope(handlerOf(model))
  const sampler = Context.get(await inScope(Layer.build(Policy.local(name).layer)), Policy.Sampler)
  const ask = async (request: Request): Promise<Response> => {
    try {
      return await handler(request)
    } catch (cause) {
      return errorResponse(errorOf(cause))
    }
  }
  const send = (path: string, init: RequestInit = {}) => ask(new Request(`http://127.0.0.1${path}`, init))
  const answered = async (response: Response): Promise<Answered> => ({
    status: response.status,
    // of a stream its last piece
    body: (response.headers.get("content-type") === "text/event-stream" ? eventsIn(await response.text()).at(-1) : await response.json()) as Answered["body"]
  })
  const post = (body: unknown, signal?: AbortSignal) =>
    send("/v1/chat/completions", { method: "POST", body: JSON.stringify(body) ?? "", ...(signal && { signal }) })
  return {
    post: async (...args) => answered(await post(...args)),
    get: async (path) => answered(await send(path)),
    stream: async (body) => eventsIn(await (await post({ ...body, stream: true })).text()),
    sampler,
    close: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}
