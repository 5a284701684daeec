/** Rows of anybody's SQL as text: CSV, JSON and Markdown that lose no digit. */
import { record } from "./table/csv.ts"
import { escape, line } from "./table/markdown.ts"
import { visible } from "./visible.ts"

export interface Rows {
  readonly columns: ReadonlyArray<string>
  /** Numbers, texts, nulls, blobs; integers beyond 2^53 as bigint. */
  readonly rows: ReadonlyArray<ReadonlyArray<unknown>>
}

/** Columns of one name get a number, so that none hides another. */
export const distinct = (columns: ReadonlyArray<string>): ReadonlyArray<string> => {
  const names = new Set(columns)
  return columns.map((name, i) => {
    if (columns.indexOf(name) === i) return name
    let count = 1
    while (names.has(`${name}:${count}`)) count++
    names.add(`${name}:${count}`)
    return `${name}:${count}`
  })
}

/** A value as JSON can hold it: a blob in hexadecimal, and as texts what a number of JSON could not be. */
export const cell = (value: unknown): string | number | null =>
  value === null || Number.isFinite(value)
    ? value as number | null
    : value instanceof Uint8Array
    ? Buffer.from(value).toString("hex")
    : String(value)

export const isNumber = (value: unknown): boolean => typeof value === "number" || typeof value === "bigint"

/** Integers are written whole, however large they are. */
const literal = (value: unknown): string => typeof value === "bigint" ? String(value) : JSON.stringify(cell(value))

const objects = ({ columns, rows }: Rows): ReadonlyArray<string> => {
  const names = distinct(columns).map((name) => JSON.stringify(name))
  return rows.map((row) => `{${row.map((value, i) => `${names[i]!}: ${literal(value)}`).join(", ")}}`)
}

/** An array of objects, a line each. */
export const json = (rows: Rows): string => rows.rows.length === 0 ? "[]" : `[\n  ${objects(rows).join(",\n  ")}\n]`

/** An object a line, and nothing around them. */
export const jsonl = (rows: Rows): string => objects(rows).join("\n")

/** A table in GitHub's dialect, numbers to the right. */
export const markdown = ({ columns, rows }: Rows): string => {
  const sides = columns.map((_, i) => rows.length > 0 && rows.every((row) => isNumber(row[i]) || row[i] === null) ? "--:" : "---")
  const cells = rows.map((row) => row.map((value) => value === null ? "" : escape(visible(String(cell(value))))))
  return [columns.map(escape), sides, ...cells].map(line).join("\n")
}

/** A header, and a line a row. */
export const csv = ({ columns, rows }: Rows): string => [columns, ...rows.map((row) => row.map(cell))].map(record).join("\n")
