/** Questions as requests, and answers as completions. */
import type { Message } from "../../model/message.ts"
import { fold, type Key, threefry } from "../../pipeline/Random.ts"
import { type ChatCompletion, type ChatMessage, type ChatRequest, type Choice, textOf } from "../../protocol/chat.ts"
import type { Completion, SampleOptions } from "../sampler.ts"
import type { Capabilities } from "./capabilities.ts"

/** Messages with their images in place, in order; what has no image stays plain text. */
export const withImages = (messages: ReadonlyArray<Message>, uris: ReadonlyArray<string>): ReadonlyArray<ChatMessage> => {
  let next = 0
  return messages.map(({ content, role }) => ({
    role,
    content: typeof content === "string" ? content : content.map((piece) =>
      piece.type === "text" ? piece : { type: "image_url" as const, image_url: { url: uris[next++]! } })
  }))
}

/** A seed that servers take: 31 bits of the key. */
const seedOf = (key: Key): number => threefry(key, 0, 0)[0] >>> 1

/**
 * The requests whose answers together are the samples of one question: one for all where the server gives several, or one each
 * with seeds of their own. Greedy answers are all the same, so one is asked for. Everything that shapes an answer is said, for what
 * is not said a server may take from its model's folder.
 */
export const requests = (
  model: string,
  messages: ReadonlyArray<ChatMessage>,
  { maxTokens, n, temperature, topK, topP }: SampleOptions,
  key: Key,
  { extras, logprobs, n: several, tokenIds }: Pick<Capabilities, "extras" | "logprobs" | "n" | "tokenIds">
): ReadonlyArray<ChatRequest> => {
  const one = (count: number, seed: Key): ChatRequest => ({
    model,
    messages,
    max_tokens: maxTokens,
    temperature,
    top_p: topP,
    presence_penalty: 0,
    frequency_penalty: 0,
    n: count,
    seed: seedOf(seed),
    // some refuse the very word
    ...(logprobs ? { logprobs } : {}),
    ...(extras ? { top_k: topK === 0 ? -1 : topK, min_p: 0, repetition_penalty: 1, return_token_ids: tokenIds } : {})
  })
  const count = temperature === 0 || several ? 1 : n
  return count === 1 ? [one(temperature === 0 ? 1 : n, key)] : Array.from({ length: count }, (_, i) => one(1, fold(key, i)))
}

/** Ids of a text's tokens, and of the token that ends an answer. */
export interface Tokenizer {
  readonly encode: (text: string) => ReadonlyArray<number>
  readonly end: number
}

/** How many tokens the server says that an answer has, as far as it says so of this one alone. */
const countedBy = (choice: Choice, { choices, usage }: ChatCompletion): number | undefined =>
  choice.logprobs?.content?.length ?? (choices.length === 1 ? usage?.completion_tokens ?? undefined : undefined)

/**
 * Tokens of a choice: as the server says them, or as the tokenizer does, with their number as the server counted where that is another;
 * else their number alone, where the server tells it.
 */
const tokensOf = (choice: Choice, completion: ChatCompletion, text: string, tokenizer: Tokenizer | undefined): Pick<Completion, "tokens" | "tokenCount"> => {
  if (choice.token_ids) return { tokens: choice.token_ids }
  const count = countedBy(choice, completion)
  if (tokenizer === undefined) return { tokens: Array.from<number>({ length: count ?? 0 }).fill(0) }
  const tokens = [...tokenizer.encode(text), ...(choice.finish_reason === "length" ? [] : [tokenizer.end])]
  return count === undefined || count === tokens.length ? { tokens } : { tokens, tokenCount: count }
}

/** How the answers of servers end that the model or the limit ended. */
const ends: ReadonlyArray<string | null | undefined> = ["stop", "length"]

/** What an answer lacks of all that was asked for, in words: answers, or the end of one, as where a server aborted or filtered it. */
export const lacking = ({ choices }: ChatCompletion, { n }: ChatRequest): string | undefined => {
  if (choices.length !== n) return `sent ${choices.length} answers where ${n} were asked for`
  const other = choices.find(({ finish_reason }) => !ends.includes(finish_reason))
  return other && `ended an answer with ${JSON.stringify(other.finish_reason ?? null)}, not by "stop" or "length"`
}

/** The choices of an answer as completions. Log-probabilities are kept where there is one for each token. */
export const completions = (completion: ChatCompletion, tokenizer?: Tokenizer): ReadonlyArray<Completion> =>
  completion.choices.map((choice) => {
    const text = textOf(choice)
    const { tokens, ...counted } = tokensOf(choice, completion, text, tokenizer)
    const logprobs = choice.logprobs?.content?.map(({ logprob }) => logprob) ?? []
    return {
      text,
      tokens,
      ...counted,
      logprobs: choice.token_ids && logprobs.length === tokens.length ? logprobs : [],
      finishReason: choice.finish_reason === "length" ? "length" : "stop"
    }
  })
