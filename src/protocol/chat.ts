/** Chat completions on the wire, as OpenAI-compatible servers speak them: what is sent, and what is read of an answer. */
import * as Schema from "effect/Schema"

const optional = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

const absent = <S extends Schema.Top>(schema: S) => Schema.optionalKey(schema)

const Part = Schema.Union([
  Schema.Struct({ type: Schema.Literal("text"), text: Schema.String }),
  Schema.Struct({
    type: Schema.Literal("image_url"),
    image_url: Schema.Struct({ url: Schema.String, detail: absent(Schema.Literals(["auto", "high"])) })
  })
])

const AskedMessage = Schema.Struct({
  role: Schema.Literals(["system", "developer", "user", "assistant"]),
  content: Schema.Union([Schema.String, Schema.Array(Part)]),
  name: absent(Schema.String)
})

export type ChatMessage = typeof AskedMessage.Type

/** Answers a request: more would not be computed side by side. */
export const mostAnswers = 64

/**
 * A request as a server of ours takes it. What has one value only is taken where it changes nothing, and what is of type `Unknown`
 * says nothing about the answer. The fields from `top_k` on are not OpenAI's own.
 */
export const ReceivedRequest = Schema.Struct({
  model: Schema.String,
  messages: Schema.Array(AskedMessage).check(Schema.isMinLength(1)),
  max_tokens: absent(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))),
  max_completion_tokens: absent(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))),
  temperature: absent(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100 }))),
  top_p: absent(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMinimum: true }))),
  n: absent(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: mostAnswers }))),
  seed: absent(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))),
  logprobs: absent(Schema.Boolean),
  top_logprobs: absent(Schema.Literal(0)),
  stop: absent(Schema.Union([Schema.NonEmptyString, Schema.Array(Schema.NonEmptyString).check(Schema.isMaxLength(16))])),
  stream: absent(Schema.Boolean),
  stream_options: absent(Schema.Struct({ include_usage: absent(Schema.Boolean), include_obfuscation: absent(Schema.Unknown) })),
  presence_penalty: absent(Schema.Literal(0)),
  frequency_penalty: absent(Schema.Literal(0)),
  response_format: absent(Schema.Struct({ type: Schema.Literal("text") })),
  user: absent(Schema.Unknown),
  metadata: absent(Schema.Unknown),
  store: absent(Schema.Unknown),
  service_tier: absent(Schema.Unknown),
  safety_identifier: absent(Schema.Unknown),
  prompt_cache_key: absent(Schema.Unknown),
  prompt_cache_retention: absent(Schema.Unknown),
  /** -1 and 0 keep all. */
  top_k: absent(Schema.Int.check(Schema.isGreaterThanOrEqualTo(-1))),
  min_p: absent(Schema.Literal(0)),
  repetition_penalty: absent(Schema.Literal(1)),
  return_token_ids: absent(Schema.Boolean)
})

export type ReceivedRequest = typeof ReceivedRequest.Type

type Said = "max_tokens" | "temperature" | "top_p" | "presence_penalty" | "frequency_penalty" | "n" | "seed"

/** A request as our client makes it: it leaves nothing to what a server takes for its default. */
export type ChatRequest = ReceivedRequest & Required<Pick<ReceivedRequest, Said>>

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

/** Tokens that end an answer, which some servers leave in its text. */
const ends = /(<\|im_end\|>|<\|endoftext\|>)+$/

/** Whether the server took thoughts apart from the rest of what the model said. */
export const takenApart = ({ message: { reasoning, reasoning_content } }: Choice): boolean => (reasoning_content ?? reasoning ?? "") !== ""

/**
 * What the model said, without the token that ends it. Thoughts that the server took apart stand in their tags again, before the rest:
 * open where the limit or the end came before they were over. What stood between tags, such as line breaks, is gone.
 */
export const textOf = (choice: Choice): string => {
  const { finish_reason, message: { content, reasoning, reasoning_content } } = choice
  const rest = (content ?? "").replace(ends, "")
  if (!takenApart(choice)) return rest
  const thoughts = reasoning_content ?? reasoning ?? ""
  const thought = thoughts.replace(ends, "")
  const open = rest === "" && (finish_reason === "length" || thought !== thoughts)
  return open ? `<think>${thought}` : `<think>${thought}</think>${rest}`
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
