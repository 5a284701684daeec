/** Rows of anybody's SQL as a Parquet file. */
import { type Column, type Values, writeParquet } from "../parquet/writeParquet.ts"
import { cell, distinct, isNumber, type Rows } from "./rows.ts"

const isWhole = (value: unknown): boolean => typeof value === "bigint" || Number.isSafeInteger(value)

/** SQLite has types by the value, Parquet by the column: what a column mixes becomes text. */
const typeOf = (values: ReadonlyArray<unknown>): Column["type"] => {
  const there = values.filter((value) => value !== null)
  if (there.length === 0) return "text"
  if (there.every(isWhole)) return "integer"
  if (there.every(isNumber)) return "real"
  return there.every((value) => value instanceof Uint8Array) ? "bytes" : "text"
}

const converted = (type: Column["type"], values: ReadonlyArray<unknown>): Values => {
  if (type === "text") return values.map((value) => value === null ? null : String(cell(value)))
  return (type === "real" ? values.map((value) => value === null ? null : Number(value)) : values) as Values
}

/** Rejects as Node's file system does. */
export const parquet = async (path: string, { columns, rows }: Rows): Promise<void> => {
  const values = columns.map((_, i) => rows.map((row) => row[i]))
  const types = values.map(typeOf)
  const file = await writeParquet(path, distinct(columns).map((name, i) => ({ name, type: types[i]! })))
  if (rows.length > 0) await file.add(values.map((column, i) => converted(types[i]!, column)))
  await file.end()
}
