/** Anybody's questions to the database, read-only. */
import * as Effect from "effect/Effect"
import { type Handle, question } from "../Database.ts"
import { StoreError } from "../storeError.ts"

export interface Answer {
  readonly columns: ReadonlyArray<string>
  /** Integers beyond 2^53 as bigint, so that none is rounded. */
  readonly rows: ReadonlyArray<ReadonlyArray<unknown>>
}

const refuse = (file: string, text: string): StoreError =>
  new StoreError({
    reason: "query",
    file,
    message: `Only statements that read and return rows are run here, and this is none: ${text.trim().slice(0, 200)}. ` +
      "Ask with SELECT, WITH, VALUES, or EXPLAIN of one of them; " +
      "to change a database use the sqlite3 client on a copy of it."
  })

const tooLong = (file: string, characters: number, most: Most): StoreError =>
  new StoreError({
    reason: "query",
    file,
    message: `The first row has ${characters} characters, more than the ${most.characters} that are shown here. Select less of it, or ask by \`assay sql\`.`
  })

const rejected = (file: string, error: StoreError): StoreError => {
  const text = error.cause instanceof Error ? error.cause.message : error.message
  return new StoreError({ reason: "query", file, message: `SQLite rejects the query: ${text}.`, cause: error.cause })
}

const whole = (value: unknown): unknown =>
  typeof value === "bigint" && value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value

/** How much of an answer is wanted: so many rows, and so many characters. */
export interface Most {
  readonly rows: number
  readonly characters: number
}

/** An answer, or the beginning of one. */
export interface Beginning extends Answer {
  /** There are further rows. */
  readonly more: boolean
}

/**
 * Runs one read-only statement. What would write, attach or copy a database is refused before it runs.
 *
 * Fails with reason "query" for such a statement, and for SQL that SQLite rejects.
 */
export const sql = (handle: Handle, text: string): Effect.Effect<Answer, StoreError> =>
  Effect.map(beginning(handle, text, { rows: Infinity, characters: Infinity }), ({ columns, rows }) => ({ columns, rows }))

/** As `sql`, but not the rows beyond the first ones. */
export const beginning = (handle: Handle, text: string, most: Most): Effect.Effect<Beginning, StoreError> =>
  Effect.mapError(ask(handle, text, most), (error) => error.reason === "unexpected" ? rejected(handle.file, error) : error)

const lengthOf = (value: unknown): number => typeof value === "string" || value instanceof Uint8Array ? value.length : 8

const ask = question(({ file, sqlite }, text: string, most: Most): Beginning => {
  const statement = sqlite.prepare(text)
  if (!statement.reader || !statement.readonly) throw refuse(file, text)
  const columns = statement.columns().map(({ name }) => name)
  const rows: Array<ReadonlyArray<unknown>> = []
  let characters = 0
  for (const row of statement.raw().safeIntegers().iterate() as IterableIterator<ReadonlyArray<unknown>>) {
    characters += row.reduce<number>((sum, value) => sum + lengthOf(value), 0)
    if (rows.length >= most.rows || (rows.length > 0 && characters > most.characters)) return { columns, rows, more: true }
    if (characters > most.characters) throw tooLong(file, characters, most)
    rows.push(row.map(whole))
  }
  return { columns, rows, more: false }
})
