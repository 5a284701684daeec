/** The answer in what a trainer decoded with special tokens and all. */

const header = "<|im_start|>assistant\n"

/** Longest name of a special token, in characters. */
const longest = 64

/** A text without the special tokens at its end, such as `<|im_end|>`. */
export const withoutEnd = (text: string): string => {
  for (let end = text.length;;) {
    const [token] = /(?:<\|[^<>|]+\|>|<\/s>)$/.exec(text.slice(Math.max(0, end - longest), end)) ?? []
    if (token === undefined) return text.slice(0, end)
    end -= token.length
  }
}

/**
 * What follows the prompt. A prompt that is not the beginning, as when its pictures were spelt out as many tokens, ends with the last
 * header of an assistant's turn; without one, all is answer.
 */
export const answerIn = (query: string, prompt: string): string => {
  if (query.startsWith(prompt)) return withoutEnd(query.slice(prompt.length))
  const at = query.lastIndexOf(header)
  return withoutEnd(at === -1 ? query : query.slice(at + header.length))
}
