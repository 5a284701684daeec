/** A pack: rows of runs.db as lines of JSON, in an order in which each finds what it names. */
import { closeSync, openSync, readSync } from "node:fs"

export type Value = null | bigint | number | string | Uint8Array

/** Rows of one table; ids in them are those of the database that they come from. */
export interface Rows {
  readonly table: string
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<Value>>
}

/** What a pack begins with: what it is about, and the schema that its rows are of. */
export interface Head {
  readonly pack: "run" | "stage"
  readonly schema: number
}

export type Line = Head | Rows

const encodeValue = (value: Value): unknown =>
  typeof value === "bigint" ? Number(value) : value instanceof Uint8Array ? { bytes: Buffer.from(value).toString("base64") } : value

/** Whole numbers come back as integers: the driver would bind them as reals, and SQL print 8 as 8.0. */
const decodeValue = (value: unknown): Value => {
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value)
  if (typeof value === "object" && value !== null && "bytes" in value) return Buffer.from(String(value.bytes), "base64")
  return value as null | number | string
}

export const encode = (line: Line): string =>
  JSON.stringify("rows" in line ? { ...line, rows: line.rows.map((row) => row.map(encodeValue)) } : line)

/** Throws where the text is no line of a pack. */
export const decode = (text: string): Line => {
  const line = JSON.parse(text) as Head | { readonly table: string; readonly columns: ReadonlyArray<string>; readonly rows: ReadonlyArray<ReadonlyArray<unknown>> }
  return "rows" in line ? { ...line, rows: line.rows.map((row) => row.map(decodeValue)) } : line
}

/** The lines of a file one after the other, without more of it in memory than one of them. */
export function* linesOf(file: string): Generator<string> {
  const descriptor = openSync(file, "r")
  try {
    const buffer = Buffer.allocUnsafe(1 << 20)
    let parts: Array<Buffer> = []
    for (;;) {
      const count = readSync(descriptor, buffer)
      if (count === 0) break
      let start = 0
      for (let end = buffer.indexOf(10); end >= 0 && end < count; end = buffer.indexOf(10, start)) {
        yield Buffer.concat([...parts, buffer.subarray(start, end)]).toString()
        parts = []
        start = end + 1
      }
      parts.push(Buffer.from(buffer.subarray(start, count)))
    }
  } finally {
    closeSync(descriptor)
  }
}
