/** Texts from models and databases, so that no character of them is unseen or moves others. */

/**
 * Control characters but for tab and line feed, what turns the direction of writing, separators of lines, halves of characters, and all that
 * Unicode has nothing drawn for; not what joins letters and emoji or chooses how they are drawn, which is seen in them.
 */
const unseen = /[^\P{Cc}\t\n]|[\u2028-\u202e\p{Cs}]|(?![\u200c\u200d\p{Variation_Selector}])\p{Default_Ignorable_Code_Point}/gu

export interface Mark {
  readonly text: string
  /** It stands for a character that could not be seen, such as \u202e. */
  readonly unseen: boolean
}

const named = (character: string): string => {
  const code = character.codePointAt(0)!
  const digits = code.toString(16)
  return code < 256 ? `\\x${digits.padStart(2, "0")}` : code < 65_536 ? `\\u${digits.padStart(4, "0")}` : `\\u{${digits}}`
}

/** A text as what can be shown of it, in order. */
export const marks = (text: string): ReadonlyArray<Mark> => {
  const found: Array<Mark> = []
  let at = 0
  for (const match of text.matchAll(unseen)) {
    if (match.index > at) found.push({ text: text.slice(at, match.index), unseen: false })
    found.push({ text: named(match[0]), unseen: true })
    at = match.index + match[0].length
  }
  if (at < text.length) found.push({ text: text.slice(at), unseen: false })
  return found
}

/** The same as one text, for titles and labels. */
export const plain = (text: string): string => marks(text).map((mark) => mark.text).join("")

/** The beginning of a text, at most so many units long, that cuts no character in two. */
export const beginning = (text: string, length: number): string => {
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last < 0xdc00 && text.length > length ? length - 1 : length)
}
