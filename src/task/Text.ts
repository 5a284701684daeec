/**
 * How a completion is taken apart: answer tags, JSON fences, and the cleaning that weighted_sum does first.
 *
 * Everything is a forward scan with `indexOf`, linear in the text, so that no completion can make it hang.
 * White space is Python's (`str.isspace`), because the published rewards are Python.
 */

export const isSpace = (code: number): boolean =>
  code === 32 || (code >= 9 && code <= 13) || (code >= 28 && code <= 31) || (code > 127 && isWideSpace(code))

const isWideSpace = (code: number): boolean =>
  code === 0x85 || code === 0xa0 || code === 0x1680 || (code >= 0x2000 && code <= 0x200a) || code === 0x2028 ||
  code === 0x2029 || code === 0x202f || code === 0x205f || code === 0x3000

/** The text without white space at its ends. */
export const strip = (text: string): string => {
  let start = 0
  let end = text.length
  while (start < end && isSpace(text.charCodeAt(start))) start++
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

/** The words of a text, split at runs of white space. */
export const words = (text: string): Array<string> => {
  const found: Array<string> = []
  let start = -1
  for (let i = 0; i <= text.length; i++) {
    if (i < text.length && !isSpace(text.charCodeAt(i))) {
      if (start < 0) start = i
    } else if (start >= 0) {
      found.push(text.slice(start, i))
      start = -1
    }
  }
  return found
}

/** What stands between the first `open` and the `close` after it. */
const first = (text: string, open: string, close: string): string | undefined => {
  const start = text.indexOf(open)
  if (start < 0) return undefined
  const end = text.indexOf(close, start + open.length)
  return end < 0 ? undefined : text.slice(start + open.length, end)
}

/** What stands in the last of the pairs that a scan from the left finds, each ending before the next begins. */
const last = (text: string, open: string, close: string): string | undefined => {
  let found: string | undefined
  let from = 0
  while (true) {
    const start = text.indexOf(open, from)
    if (start < 0) return found
    const end = text.indexOf(close, start + open.length)
    if (end < 0) return found
    found = text.slice(start + open.length, end)
    from = end + close.length
  }
}

export const firstAnswer = (text: string) => first(text, "<answer>", "</answer>")
export const lastAnswer = (text: string) => last(text, "<answer>", "</answer>")

const [answering, thought] = ["<answer>", "</think>"] as const

/**
 * What a completion answers, read kindly: its last answer; of one that was cut off, what follows the last mark where an answer begins
 * or thoughts end; else all of it. So what stands in thoughts is no answer.
 */
export const answer = (text: string): string => {
  const starts = [answering, thought].flatMap((mark) => {
    const at = text.lastIndexOf(mark)
    return at < 0 ? [] : [at + mark.length]
  })
  return lastAnswer(text) ?? text.slice(Math.max(0, ...starts))
}
export const firstJsonFence = (text: string) => first(text, "```json", "```")
export const lastJsonFence = (text: string) => last(text, "```json", "```")
export const firstFence = (text: string) => first(text, "```", "```")

/** A newline vanishes behind white space and becomes a space elsewhere. */
const joinLines = (text: string, newline: "\n" | "\r"): string => {
  let at = text.indexOf(newline)
  if (at < 0) return text
  let joined = ""
  let from = 0
  while (at >= 0) {
    joined += text.slice(from, at)
    if (at === 0 || !isSpace(text.charCodeAt(at - 1))) joined += " "
    from = at + 1
    at = text.indexOf(newline, from)
  }
  return joined + text.slice(from)
}

/**
 * The last answer, or the whole text where there is none, on one line, stripped, without trailing dots, in lower case.
 *
 * Source: `clean_text` of the published code. White space before the dots that it drops stays.
 */
export const clean = (text: string): string => {
  const line = strip(joinLines(joinLines(lastAnswer(text) ?? text, "\n"), "\r"))
  let end = line.length
  while (end > 0 && line.charCodeAt(end - 1) === 46) end--
  return line.slice(0, end).toLowerCase()
}

/** Where a string that opens before `at` ends: the place behind its closing quote. */
const afterString = (text: string, at: number): number => {
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 92) i++
    else if (code === 34) return i + 1
  }
  return text.length
}

/**
 * The first list of objects that stands in a text, `[{ ... }]`, from its bracket to the one that closes it; or the whole
 * text where that is an empty list. Undefined where there is none, or none that is closed.
 */
export const firstList = (text: string): string | undefined => {
  const whole = strip(text)
  if (whole.startsWith("[") && strip(whole.slice(1)) === "]") return whole
  const start = nextPair(text, "[", "{", 0)?.start
  if (start === undefined) return undefined
  let depth = 0
  for (let at = start; at < text.length;) {
    const code = text.charCodeAt(at++)
    if (code === 34) at = afterString(text, at)
    else if (code === 91) depth++
    else if (code === 93 && --depth === 0) return text.slice(start, at)
  }
  return undefined
}

/** The first array that looks like boxes, `[{ ... "bbox_2d" ... "label" ... }]`: up to the first `}]` after these. */
export const firstBoxArray = (text: string): string | undefined => {
  const start = nextPair(text, "[", "{", 0)
  if (start === undefined) return undefined
  const box = text.indexOf("\"bbox_2d\"", start.end)
  const label = box < 0 ? -1 : text.indexOf("\"label\"", box + 9)
  const end = label < 0 ? undefined : nextPair(text, "}", "]", label + 7)
  return end === undefined ? undefined : text.slice(start.start, end.end)
}

/** The first `left` with nothing but white space between it and a `right`. */
const nextPair = (text: string, left: string, right: string, from: number) => {
  let start = text.indexOf(left, from)
  while (start >= 0) {
    let at = start + 1
    while (at < text.length && isSpace(text.charCodeAt(at))) at++
    if (text[at] === right) return { start, end: at + 1 }
    start = text.indexOf(left, start + 1)
  }
  return undefined
}
