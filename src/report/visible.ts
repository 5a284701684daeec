/** Text from models and databases, made safe for a terminal and for pictures. */

/** A character by its number, as programs write it. */
export const escaped = (character: string): string => {
  const code = character.codePointAt(0)!.toString(16)
  return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : code.length <= 4 ? `\\u${code.padStart(4, "0")}` : `\\u{${code}}`
}

/** Control characters, and characters that turn the direction of writing, as what they are. */
export const visible = (text: string): string => text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, escaped)
