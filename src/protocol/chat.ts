/** Chat completions on the wire, as OpenAI-compatible servers speak them: what is sent, and what is read of an answer. */
import * as Schema from "effect/Schema"

const optional = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

export interface ChatMessage {
  readonly role: string
  readonly content:
    | string
    | ReadonlyArray<
      | { readonly type: "text"; readonly text: string }
      | { readonly type: "image_url"; readonly image_url: { readonly url: string } }
    >
}

/** A request. The fields from `top_k` on are not OpenAI's own: some servers refuse them, and others need them said. */
export interface ChatRequest {
  readonly model: string
  readonly messages: ReadonlyArray<ChatMessage>
  readonly max_tokens: number
  readonly temperature: number
  readonly top_p: number
  readonly presence_penalty: number
  readonly frequency_penalty: number
  readonly n: number
  readonly seed: number
  readonly logprobs: boolean
  readonly top_k?: number
  readonly repetition_penalty?: number
  readonly return_token_ids?: boolean
}

const Message = Schema.Struct({
  content: optional(Schema.String),
  /** Where a server puts what it takes for thoughts: transformers under the first name, vLLM under the second. */
  reasoning_content: optional(Schema.String),
  reasoning: optional(Schema.String)
})

const Choice = Schema.Struct({
  message: Message,
  finish_reason: optional(Schema.String),
  logprobs: optional(Schema.Struct({ content: optional(Schema.Array(Schema.Struct({ logprob: Schema.Finite }))) })),
  token_ids: optional(Schema.Array(Schema.Int))
})

export type Choice = typeof Choice.Type

export const ChatCompletion = Schema.Struct({
  choices: Schema.NonEmptyArray(Choice),
  usage: optional(Schema.Struct({ prompt_tokens: optional(Schema.Int), completion_tokens: optional(Schema.Int) }))
})

export type ChatCompletion = typeof ChatCompletion.Type

/** What the model said. Thoughts that the server took apart stand in their tags again, before the rest. */
export const textOf = ({ message: { content, reasoning, reasoning_content } }: Choice): string => {
  const thoughts = reasoning_content ?? reasoning ?? ""
  return thoughts === "" ? content ?? "" : `<think>${thoughts}</think>${content ?? ""}`
}

const Failure = Schema.Union([
  Schema.Struct({ error: Schema.Struct({ message: Schema.String }) }),
  Schema.Struct({ detail: Schema.Unknown })
])

const readFailure = Schema.decodeUnknownOption(Schema.fromJsonString(Failure))

/** What a server's error says in words: the message where it has one, else the start of what it sent. */
export const failureIn = (body: string): string => {
  const found = readFailure(body)
  const words = found._tag === "None"
    ? body
    : "error" in found.value ? found.value.error.message : typeof found.value.detail === "string" ? found.value.detail : JSON.stringify(found.value.detail)
  return words.length > 300 ? `${words.slice(0, 300)}...` : words
}
