/** JSON as Python writes it: with NaN, Infinity and -Infinity, which JSON does not have, among the values. */

/** Where a string that opens before `at` ends: the place behind its closing quote. */
const afterString = (text: string, at: number): number => {
  for (let i = at; i < text.length; i++) {
    if (text[i] === "\\") i++
    else if (text[i] === "\"") return i + 1
  }
  return text.length
}

/** The same text with numbers that JSON has: null for NaN, and more than any number for infinity. */
const replaced = (text: string): string => {
  let written = ""
  for (let at = 0; at < text.length;) {
    const quote = text.indexOf("\"", at)
    const open = quote < 0 ? text.length : quote
    written += text.slice(at, open).replaceAll("NaN", "null").replaceAll("Infinity", "1e999")
    at = quote < 0 ? open : afterString(text, open + 1)
    written += text.slice(open, at)
  }
  return written
}

/** The value of a text; NaN in it is null. Throws `SyntaxError` for what is no JSON but for these. */
export const parsePython = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    if (!/NaN|Infinity/.test(text)) throw cause
    return JSON.parse(replaced(text)) as unknown
  }
}
