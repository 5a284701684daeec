/** Where answers end that were sampled further than was asked for: at a stop string, or at a number of tokens. */
import type { Completion } from "../../policy/sampler.ts"

/** A completion, and the stop string that ended it. */
export interface Ended extends Completion {
  readonly stop: string | null
}

export type Decode = (ids: ReadonlyArray<number>) => string

/** At most so many tokens: what sampling with this limit would have given, for a token depends on those before it only. */
export const atTokens = (completion: Completion, most: number, decode: Decode): Completion => {
  if (completion.tokens.length <= most) return completion
  const tokens = completion.tokens.slice(0, most)
  return { tokens, logprobs: completion.logprobs.slice(0, most), text: decode(tokens), finishReason: "length" }
}

/** The first stop string that is complete, of several that end there the longest. */
const firstIn = (text: string, stops: ReadonlyArray<string>): { readonly stop: string; readonly at: number } | undefined =>
  stops.flatMap((stop) => {
    const at = text.indexOf(stop)
    return at < 0 ? [] : [{ stop, at }]
  }).sort((a, b) => a.at + a.stop.length - (b.at + b.stop.length) || a.at - b.at)[0]

/** How many tokens it takes until their text holds `end` characters. */
const tokensUntil = (tokens: ReadonlyArray<number>, end: number, decode: Decode): number => {
  let [low, high] = [1, tokens.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (decode(tokens.slice(0, middle)).length >= end) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * Ends a completion at the first stop string, which its text leaves out. Its tokens go on until the one that completes the string,
 * as where sampling ends with it.
 */
export const atStop = (completion: Completion, stops: ReadonlyArray<string>, decode: Decode): Ended => {
  const found = firstIn(completion.text, stops)
  if (found === undefined) return { ...completion, stop: null }
  const count = tokensUntil(completion.tokens, found.at + found.stop.length, decode)
  return {
    tokens: completion.tokens.slice(0, count),
    logprobs: completion.logprobs.slice(0, count),
    text: completion.text.slice(0, found.at),
    finishReason: "stop",
    stop: found.stop
  }
}
