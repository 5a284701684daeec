/** Broken JSON, mended. */
import { isSpace } from "./Text.ts"

type Container =
  | { readonly kind: "list"; readonly items: Array<unknown> }
  | { readonly kind: "object"; readonly entries: { [key: string]: unknown }; key: string | undefined }

/** Deeper nesting than this is flattened: whatever stands deeper than a box of a list says nothing here. */
const maxDepth = 64

/**
 * The JSON value that a broken text most likely meant. Never throws, linear in the text.
 *
 * Closes what was left open, and reads over missing or doubled commas and colons, single quotes, bare words, Python's
 * `None`, `True` and `False`, and text before and after. Several values side by side make a list. An object's key
 * without a value is dropped. No value at all: `undefined`.
 */
export const repair = (text: string): unknown => {
  const values: Array<unknown> = []
  const open: Array<Container> = []
  let at = 0

  const put = (value: unknown): void => {
    const top = open[open.length - 1]
    if (top === undefined) values.push(value)
    else if (top.kind === "list") top.items.push(value)
    else if (top.key === undefined) top.key = String(value)
    else {
      Object.defineProperty(top.entries, top.key, { value, enumerable: true, configurable: true, writable: true })
      top.key = undefined
    }
  }
  const enter = (container: Container): void => {
    if (open.length >= maxDepth) return
    put(container.kind === "list" ? container.items : container.entries)
    open.push(container)
  }

  while (at < text.length) {
    const char = text[at]!
    if (char === "[") enter({ kind: "list", items: [] })
    else if (char === "{") {
      // An object where a key is due belongs beside its parent, which was left open.
      const top = open[open.length - 1]
      if (top?.kind === "object" && top.key === undefined) open.pop()
      enter({ kind: "object", entries: {}, key: undefined })
    } else if (char === "]" || char === "}") {
      const kind = char === "]" ? "list" : "object"
      const match = open.findLastIndex((container) => container.kind === kind)
      if (match >= 0) open.length = match
    } else if (char === "\"" || char === "'") {
      const word = quoted(text, at)
      put(word.value)
      at = word.end
      continue
    } else if (!isSpace(char.charCodeAt(0)) && char !== "," && char !== ":") {
      const end = wordEnd(text, at)
      if (open.length > 0) put(bare(text.slice(at, end)))
      at = end
      continue
    }
    at++
  }
  return values.length > 1 ? values : values[0]
}

const escapes: { readonly [letter: string]: string } = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" }

/** A string from its opening quote to the next unescaped one like it, or to the end. */
const quoted = (text: string, start: number): { readonly value: string; readonly end: number } => {
  const quote = text[start]!
  let value = ""
  let from = start + 1
  for (let at = from; at < text.length; at++) {
    const char = text[at]!
    if (char === quote) return { value: value + text.slice(from, at), end: at + 1 }
    if (char === "\\" && at + 1 < text.length) {
      value += text.slice(from, at)
      const code = /^u[\da-f]{4}/i.exec(text.slice(at + 1, at + 6))?.[0]
      const escape = text[at + 1]!
      value += code === undefined ? escapes[escape] ?? escape : String.fromCharCode(parseInt(code.slice(1), 16))
      at += code?.length ?? 1
      from = at + 1
    }
  }
  return { value: value + text.slice(from), end: text.length }
}

const wordEnd = (text: string, start: number): number => {
  let end = start + 1
  while (end < text.length && !"[]{},:\"'".includes(text[end]!) && !isSpace(text.charCodeAt(end))) end++
  return end
}

const bare = (word: string): unknown => {
  if (word === "true" || word === "True") return true
  if (word === "false" || word === "False") return false
  if (word === "null" || word === "None") return null
  const number = Number(word)
  return Number.isNaN(number) ? word : number
}
