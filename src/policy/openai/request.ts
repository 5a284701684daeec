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
  { extras, logprobs, n: several, tokenIds }: Capabilities
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
    logprobs,
    ...(extras ? { top_k: topK === 0 ? -1 : topK, repetition_penalty: 1, return_token_ids: tokenIds } : {})
  })
  const count = temperature === 0 || several ? 1 : n
  return count === 1 ? [one(temperature === 0 ? 1 : n, key)] : Array.from({ length: count }, (_, i) => one(1, fold(key, i)))
}

/** Ids of a text's tokens, and of the token that ends an answer. */
export interface Tokenizer {
  readonly encode: (text: string) => ReadonlyArray<number>
  readonly end: number
}

/** Tokens of a choice: as the server says them, or as the tokenizer does; else their number alone, where the server tells it. */
const tokensOf = (choice: Choice, completion: ChatCompletion, text: string, tokenizer: Tokenizer | undefined): ReadonlyArray<number> => {
  if (choice.token_ids) return choice.token_ids
  if (tokenizer !== undefined) return [...tokenizer.encode(text), ...(choice.finish_reason === "length" ? [] : [tokenizer.end])]
  const count = choice.logprobs?.content?.length ?? (completion.choices.length === 1 ? completion.usage?.completion_tokens : undefined) ?? 0
  return Array.from<number>({ length: count }).fill(0)
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
    const tokens = tokensOf(choice, completion, text, tokenizer)
    const logprobs = choice.logprobs?.content?.map(({ logprob }) => logprob) ?? []
    return {
      text,
      tokens,
      logprobs: choice.token_ids && logprobs.length === tokens.length ? logprobs : [],
      finishReason: choice.finish_reason === "length" ? "length" : "stop"
    }
  })
