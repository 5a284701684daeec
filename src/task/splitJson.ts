/**
 * A JSON document split, as its bytes come in, into the elements of its lists: documents larger than memory, or than a
 * string may be, are read piece by piece.
 *
 * The scanner only finds where values end; every value is read by `JSON.parse`, some elements of a list at a time.
 */
import { isUtf8 } from "node:buffer"
import { reasonOf } from "../pipeline/reason.ts"
import * as HeldBytes from "./HeldBytes.ts"

/** The key of a value in the root object; undefined for what is the root itself. */
export type Key = string | undefined

/** Some elements of a list at the root or in the root object (the `last` of it, or not), or another value there. */
export type Piece =
  | { readonly key: Key; readonly first: number; readonly rows: ReadonlyArray<unknown>; readonly last: boolean }
  | { readonly key: Key; readonly value: unknown }

/** The document is no JSON: the message says where and why. */
export class NotJson extends Error {}

export interface Splitter {
  /** Takes the next bytes, and gives what they complete. Throws `NotJson`. */
  readonly push: (bytes: Uint8Array) => ReadonlyArray<Piece>
  /** Says that there are no more bytes. Throws `NotJson` for a document that is cut short. */
  readonly end: () => ReadonlyArray<Piece>
}

const [quote, comma, colon, backslash] = [0x22, 0x2c, 0x3a, 0x5c] as const
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d] as const
const byteOrderMark = [0xef, 0xbb, 0xbf] as const

/** What the bytes within brackets mean to the scanner: nothing, the start of a string, one level more, one less. */
const [nothing, string, deeper, higher] = [0, 1, 2, 3] as const
const meaning = new Uint8Array(256)
meaning[quote] = string
meaning[openList] = meaning[openObject] = deeper
meaning[closeList] = meaning[closeObject] = higher

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/** Bytes of one value at most, well below the longest string there may be. */
const longest = 1 << 28

/** Where the scanner stands: between the values of the root ("list": between those of a list), or inside of one. */
type Place =
  | "start"
  | "first key"
  | "key"
  | "colon"
  | "value"
  | "after"
  | "end"
  | "list"
  | "in key"
  | "in element"
  | "in value"
  | "in bare value"

/** What is due at a place; elsewhere it is a value. */
const due: { readonly [place in Place]?: string } = {
  "first key": "a key or }",
  key: "a key",
  colon: "a colon",
  after: "a comma or }",
  end: "the end"
}

const utf16 = "it is not UTF-8, but perhaps UTF-16; save it as UTF-8"

/**
 * A splitter of one document. Values whose keys are not `wanted` are passed over, looked into no further than it takes to
 * find their end. A byte order mark at the start is left out, and a key that occurs twice refused.
 */
export const splitter = (wanted: (key: Key) => boolean = () => true): Splitter => {
  const held = HeldBytes.make()
  /** The next byte to look at, and where the value begins that the scanner is in, or the elements not handed out yet. */
  let [at, from] = [0, 0]
  let place: Place = "start"
  let [depth, inString, marked] = [0, false, 0]
  let key: Key
  let takes = true
  /** Elements of the list that were handed out, and where the commas after those to be handed out stand. */
  let [count, commas] = [0, [] as Array<number>]
  const keys = new Set<string>()
  let pieces: Array<Piece> = []

  const fail = (why: string): never => {
    throw new NotJson(why)
  }
  const here = (): string => key === undefined ? "the document" : `"${key}"`
  const unexpected = (): never => {
    const byte = held.bytes[at]!
    if (byte === 0) fail(utf16)
    const shown = byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `byte 0x${byte.toString(16).padStart(2, "0")}`
    return fail(`at byte ${held.dropped + at}, ${due[place] ?? "a value"} is due, not ${shown}`)
  }
  const text = (start: number, end: number): string => {
    if (!isUtf8(held.bytes.subarray(start, end))) throw new Error("it is not UTF-8; save it as UTF-8")
    return held.bytes.toString("utf8", start, end)
  }
  const read = (name: string, start: number, end: number): unknown => {
    try {
      return JSON.parse(text(start, end)) as unknown
    } catch (cause) {
      return fail(`${name}, from byte ${held.dropped + start} on: ${reasonOf(cause)}`)
    }
  }

  /** The elements up to `end`, one after each comma but the last when that is the end. */
  const readElements = (end: number): ReadonlyArray<unknown> => {
    const expected = commas.at(-1) === end ? commas.length : commas.length + 1
    try {
      const rows = JSON.parse(`[${text(from, end)}]`) as ReadonlyArray<unknown>
      if (rows.length === expected) return rows
    } catch {
      // which of them it is, is found below
    }
    let start = from
    for (const [i, comma] of [...commas.filter((comma) => comma < end), end].entries()) {
      read(`${key ?? ""}[${count + i}]`, start, comma)
      start = comma + 1
    }
    return fail(`${key ?? ""}[${count}]: there is no value`)
  }
  const handOut = (end: number, last: boolean): void => {
    const rows = readElements(end)
    pieces.push({ key, first: count, rows, last })
    count += rows.length
    commas = []
  }
  const isEmptyList = (): boolean => {
    if (count > 0 || commas.length > 0) return false
    for (let i = from; i < at; i++) if (!isSpace(held.bytes[i]!)) return false
    return true
  }
  const leave = (): void => {
    place = key === undefined ? "end" : "after"
  }
  const takeValue = (): void => {
    if (takes) pieces.push({ key, value: read(here(), from, at) })
    leave()
  }
  const takeKey = (): void => {
    key = read("a key", from, at) as string
    if (keys.has(key)) fail(`"${key}" occurs twice`)
    keys.add(key)
    takes = wanted(key)
    place = "colon"
  }

  /** Goes on inside of brackets or a string; true when it came out. An escape may point behind the bytes there are. */
  const goThrough = (): boolean => {
    const { bytes, length } = held
    let [i, level, quoted] = [at, depth, inString]
    out: while (i < length) {
      if (quoted) {
        for (;;) {
          if (i >= length) break out
          const byte = bytes[i++]!
          if (byte === quote) break
          if (byte === backslash) i++
        }
        quoted = false
        if (level === 0) break
      }
      let found: number = nothing
      while (i < length && (found = meaning[bytes[i]!]!) === nothing) i++
      if (i >= length) break
      i++
      if (found === string) quoted = true
      else if (found === deeper) level++
      else if (--level === 0) break
    }
    ;[at, depth, inString] = [i, level, quoted]
    return level === 0 && !quoted
  }
  /** Enters a value at its first byte: a string, object or list, which show where they end, or another. */
  const enter = (inside: Place, bare: Place): void => {
    const found = meaning[held.bytes[at]!]!
    if (found === higher) unexpected()
    ;[depth, inString, place] = [found === deeper ? 1 : 0, found === string, found === nothing ? bare : inside]
    at++
  }

  const stepInList = (byte: number): void => {
    if (byte === comma) commas.push(at++)
    else if (byte !== closeList) enter("in element", "list")
    else {
      if (isEmptyList()) pieces.push({ key, first: 0, rows: [], last: true })
      else handOut(at, true)
      at++
      leave()
    }
  }
  /** At a byte that is not inside of a value, and no space. */
  const stepBetween = (byte: number): void => {
    from = at
    if (place === "start" && byte === openObject) [at, place] = [at + 1, "first key"]
    else if (place === "start" || place === "value") {
      if (place === "start") takes = wanted(undefined)
      if (byte === openList && takes) [at, from, count, place] = [at + 1, at + 1, 0, "list"]
      else enter("in value", "in bare value")
    } else if ((place === "first key" || place === "key") && byte === quote) enter("in key", place)
    else if (place === "colon" && byte === colon) [at, place] = [at + 1, "value"]
    else if (place === "after" && byte === comma) [at, place] = [at + 1, "key"]
    else if ((place === "after" || place === "first key") && byte === closeObject) [at, key, place] = [at + 1, undefined, "end"]
    else unexpected()
  }
  const step = (): void => {
    const byte = held.bytes[at]!
    if (place === "in element") {
      if (goThrough()) place = "list"
    } else if (place === "list") stepInList(byte)
    else if (place === "in value") {
      if (goThrough()) takeValue()
    } else if (place === "in key") {
      if (goThrough()) takeKey()
    } else if (place === "in bare value") {
      if (isSpace(byte) || byte === comma || byte === closeObject || byte === closeList) takeValue()
      else at++
    } else if (isSpace(byte)) at++
    else if (held.dropped + at === marked && byte === byteOrderMark[marked]) [at, marked] = [at + 1, marked + 1]
    else if (marked !== 0 && marked !== byteOrderMark.length) unexpected()
    else stepBetween(byte)
  }

  /** Drops the bytes that are done with. */
  const dropDone = (): void => {
    const isInside = place === "in key" || (takes && (place === "list" || place.startsWith("in ")))
    const done = isInside ? from : held.length
    HeldBytes.drop(held, done)
    ;[at, from] = [at - done, 0]
    if (held.length > longest) fail(`${here()} holds a value of more than ${longest >> 20} MB`)
  }

  return {
    push: (bytes) => {
      if (held.dropped + held.length === 0 && (bytes[0] === 0xff || bytes[0] === 0xfe)) fail(utf16)
      HeldBytes.add(held, bytes)
      pieces = []
      while (at < held.length) step()
      const last = commas.at(-1)
      if (last !== undefined) {
        handOut(last, false)
        from = last + 1
      }
      dropDone()
      return pieces
    },
    end: () => {
      pieces = []
      if (place === "in bare value" && key === undefined) takeValue()
      if (place !== "end") fail(held.dropped + held.length === 0 ? "it is empty" : `it ends too early, in ${here()}`)
      return pieces
    }
  }
}
