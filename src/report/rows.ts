/** Rows of anybody's SQL as text: CSV and JSON that lose no digit. */
import { record } from "./table/csv.ts"

export interface Rows {
  readonly columns: ReadonlyArray<string>
  /** Numbers, texts, nulls, blobs; integers beyond 2^53 as bigint. */
  readonly rows: ReadonlyArray<ReadonlyArray<unknown>>
}

/** Columns of one name get a number, so that none hides another. */
const distinct = (columns: ReadonlyArray<string>): ReadonlyArray<string> =>
  columns.map((name, i) => {
    const before = columns.slice(0, i).filter((other) => other === name).length
    return before === 0 ? name : `${name}:${before}`
  })

/** A value as JSON can hold it: a blob in hexadecimal, and as texts what a number of JSON could not be. */
export const cell = (value: unknown): string | number | null =>
  value === null || Number.isFinite(value)
    ? value as number | null
    : value instanceof Uint8Array
    ? Buffer.from(value).toString("hex")
    : String(value)

/** Integers are written whole, however large they are. */
const literal = (value: unknown): string => typeof value === "bigint" ? String(value) : JSON.stringify(cell(value))

/** An array of objects, a line each. */
export const json = ({ columns, rows }: Rows): string => {
  const names = distinct(columns).map((name) => JSON.stringify(name))
  const objects = rows.map((row) => `  {${row.map((value, i) => `${names[i]!}: ${literal(value)}`).join(", ")}}`)
  return objects.length === 0 ? "[]" : `[\n${objects.join(",\n")}\n]`
}

/** A header, and a line a row. */
export const csv = ({ columns, rows }: Rows): string => [columns, ...rows.map((row) => row.map(cell))].map(record).join("\n")
