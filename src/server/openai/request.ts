/** Requests as questions: what is asked, how it is sampled, and how the answer is to look. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Message } from "../../model/message.ts"
import { misfits } from "../../pipeline/declare/ConfigCodec.ts"
import { near } from "../../pipeline/near.ts"
import { type ChatMessage, ReceivedRequest } from "../../protocol/chat.ts"
import type { HttpError } from "../http/answers.ts"
import { invalid } from "../model/invalid.ts"

/** How the answers to a request are to look. */
export interface Shape {
  readonly logprobs: boolean
  readonly tokenIds: boolean
  readonly stream: boolean
  /** A last piece of a stream with the counts. */
  readonly usage: boolean
}

export interface Asked {
  readonly model: string
  readonly messages: ReadonlyArray<Message>
  /** What stands for each image in the messages, in order: data URIs, or whatever else was sent, and the field it was sent in. */
  readonly images: ReadonlyArray<{ readonly url: string; readonly param: string }>
  readonly sampling: { readonly n: number; readonly temperature: number; readonly topP: number; readonly topK: number }
  /** Of each answer; undefined: as many as there is room for. */
  readonly maxTokens: number | undefined
  readonly seed: number | undefined
  readonly stop: ReadonlyArray<string>
  readonly shape: Shape
}

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** An object without what is null, which in this protocol says as much as nothing. */
const said = (value: unknown): unknown =>
  isObject(value) ? Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null)) : value

/** The body without nulls where clients send them: at the top, and in messages that were once answers. */
const withoutNulls = (body: { readonly [key: string]: unknown }) => {
  const all = said(body) as { readonly [key: string]: unknown }
  return {
    ...all,
    ...(Array.isArray(all["messages"]) && { messages: all["messages"].map(said) }),
    ...("stream_options" in all && { stream_options: said(all["stream_options"]) })
  }
}

const known = Object.keys(ReceivedRequest.fields)

const unknown = (field: string): HttpError => {
  const close = near(field, known)
  const hint = close.length > 0 ? ` Did you mean ${close.join(" or ")}?` : ""
  return invalid(`${field} is not supported by this server and may change the answer; leave it out.${hint}`, field, "unsupported_parameter")
}

const decode = Schema.decodeUnknownResult(ReceivedRequest, { onExcessProperty: "error" })

/** So cold that 1 / temperature is still a number for every model. */
const coldest = 0.01

/** Messages as templates read them; `developer` is what newer clients call `system`. */
const message = ({ content, role }: ChatMessage): Message => ({
  role: role === "developer" ? "system" : role,
  content: typeof content === "string" ? content : content.map((part) => part.type === "text" ? part : { type: "image" as const })
})

const imagesIn = (messages: ReadonlyArray<ChatMessage>): Asked["images"] =>
  messages.flatMap(({ content }, m) =>
    typeof content === "string" ? [] : content.flatMap((part, p) =>
      part.type === "text" ? [] : [{ url: part.image_url.url, param: `messages.${m}.content.${p}.image_url.url` }])
  )

/** Reads a body. Fails where it is no request, or has what this server does not do. */
export const read = (body: unknown): Result.Result<Asked, HttpError> => {
  if (!isObject(body)) return Result.fail(invalid("The body must be a JSON object."))
  const given = withoutNulls(body)
  const strange = Object.keys(given).find((field) => !known.includes(field))
  if (strange !== undefined) return Result.fail(unknown(strange))
  const decoded = decode(given)
  if (Result.isFailure(decoded)) {
    const { key, message } = misfits(given, decoded.failure)[0]!
    return Result.fail(invalid(`${key}: ${message}.`, key))
  }
  return asked(decoded.success)
}

const asked = (request: ReceivedRequest): Result.Result<Asked, HttpError> => {
  const { max_completion_tokens, max_tokens, messages, model, n = 1, seed, stop = [], temperature = 1, top_k = 0, top_p = 1 } = request
  if (temperature > 0 && temperature < coldest) {
    return Result.fail(invalid(`temperature: ${temperature} is too close to 0. Say 0 for greedy answers, or at least ${coldest}.`, "temperature"))
  }
  if (max_tokens !== undefined && max_completion_tokens !== undefined && max_tokens !== max_completion_tokens) {
    return Result.fail(invalid("max_tokens and max_completion_tokens differ. Say one of them.", "max_tokens"))
  }
  return Result.succeed({
    model,
    messages: messages.map(message),
    images: imagesIn(messages),
    // greedy answers do not depend on these, and requests that ask the same are computed together
    sampling: temperature === 0 ? { n, temperature, topP: 1, topK: 0 } : { n, temperature, topP: top_p, topK: Math.max(0, top_k) },
    maxTokens: max_completion_tokens ?? max_tokens,
    seed,
    stop: typeof stop === "string" ? [stop] : stop,
    shape: {
      logprobs: request.logprobs ?? false,
      tokenIds: request.return_token_ids ?? false,
      stream: request.stream ?? false,
      usage: request.stream_options?.include_usage ?? false
    }
  })
}
