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

/** Where the header of that number ends in a text, counted from 1; -1 where there are fewer. */
const afterHeader = (text: string, number: number): number => {
  let end = 0
  for (let k = 0; k < number; k++) {
    const at = text.indexOf(header, end)
    if (at === -1) return -1
    end = at + header.length
  }
  return end
}

/**
 * What follows the prompt. A prompt that is not the beginning, as when its pictures were spelt out as many tokens, has as many headers
 * of an assistant's turn there as here: those that follow are the answer's own, which would else hide what it says before them. A
 * prompt without any, or one that lost some, ends with the last; without one, all is answer.
 */
export const answerIn = (query: string, prompt: string): string => {
  if (query.startsWith(prompt)) return withoutEnd(query.slice(prompt.length))
  const headers = prompt.split(header).length - 1
  const end = headers === 0 ? -1 : afterHeader(query, headers)
  if (end !== -1) return withoutEnd(query.slice(end))
  const at = query.lastIndexOf(header)
  return withoutEnd(at === -1 ? query : query.slice(at + header.length))
}
