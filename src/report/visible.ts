/** Text from models and databases, made safe for a terminal and for pictures. */

/** A character by its number, as programs write it. */
export const escaped = (character: string): string => {
  const code = character.codePointAt(0)!.toString(16)
  return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : code.length <= 4 ? `\\u${code.padStart(4, "0")}` : `\\u{${code}}`
}

/** Control characters, and characters that turn the direction of writing, as what they are. */
export const visible = (text: string): string => text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, escaped)

/** The same of every line of a text. */
export const visibleLines = (text: string): string => text.split("\n").map(visible).join("\n")

/** The same with the lines of a text put into one. */
export const visibleLine = (text: string): string => visible(text.replace(/\s*\r?\n\s*/g, " "))
