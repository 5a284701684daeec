/** Rows of a file, some at a time: a JSON list, or JSON lines. Which of the two it is, its first character says. */
import { DataError } from "./dataError.ts"
import { lines } from "./lines.ts"
import { codeOf, reasonOf } from "../pipeline/reason.ts"
import { bytesOf, readJson } from "./readJson.ts"

/** One row. `value` is what its JSON says; a line that is no JSON has a `fault` instead, which says why. */
export interface Entry {
  /** From 0. Empty lines are not counted. */
  readonly index: number
  /** What messages call it: `[3]`, or `line 4`. */
  readonly entry: string
  readonly value?: unknown
  readonly fault?: string
}

/** Characters of a line at most, and lines that are handed out at once. */
const [longest, some] = [1 << 26, 256] as const

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
const isMark = (byte: number): boolean => byte === 0xef || byte === 0xbb || byte === 0xbf

/** The rows of a file. Throws `DataError` for what cannot be read, and for a list that is no JSON. */
export const readRows = async function*(path: string): AsyncGenerator<ReadonlyArray<Entry>> {
  const bytes = bytesOf(path)
  try {
    const first = await bytes.next()
    const opening = first.done === true ? undefined : first.value.find((byte) => !isSpace(byte) && !isMark(byte))
    if (first.done === true || opening === undefined) {
      throw new DataError({ path, message: `${path} is empty. Download or write it again.` })
    }
    const all = after(first.value, bytes)
    yield* opening === 0x5b ? listed(path, all) : lined(path, all)
  } finally {
    await bytes.return(undefined) // closes the file for whoever stops early
  }
}

const after = async function*(first: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  yield* rest
}

const listed = async function*(path: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ReadonlyArray<Entry>> {
  for await (const piece of readJson(path, undefined, bytes)) {
    if (!("rows" in piece)) throw new DataError({ path, message: `${path} must be a list of rows.` })
    yield piece.rows.map((value, i) => ({ index: piece.first + i, entry: `[${piece.first + i}]`, value }))
  }
}

const lined = async function*(path: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ReadonlyArray<Entry>> {
  let [index, number] = [0, 0]
  let held: Array<Entry> = []
  try {
    for await (const line of lines(bytes, longest, new TextDecoder("utf-8", { fatal: true }))) {
      number++
      if (line.trim() === "") continue
      held.push({ index: index++, entry: `line ${number}`, ...parsed(line) })
      if (held.length < some) continue
      yield held
      held = []
    }
  } catch (cause) {
    if (codeOf(cause) !== "ERR_ENCODING_INVALID_ENCODED_DATA") throw cause
    throw new DataError({ path, message: `${path}, behind line ${number}: it is not UTF-8. Save it as UTF-8.` })
  }
  yield held
}

const parsed = (line: string): Pick<Entry, "value" | "fault"> => {
  if (line.length > longest) return { fault: `has more than ${longest >> 20} million characters` }
  try {
    return { value: JSON.parse(line) as unknown }
  } catch (cause) {
    return { fault: `is not JSON (${reasonOf(cause)})` }
  }
}
