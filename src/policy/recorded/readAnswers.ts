/** Reads recorded answers from a log. */
import { readFile } from "node:fs/promises"
import { basename } from "node:path"
import * as Effect from "effect/Effect"
import { exits } from "../../pipeline/Errors.ts"
import { reasonOf } from "../../pipeline/reason.ts"
import { readRows } from "../../task/readRows.ts"
import { PolicyError } from "../policyError.ts"
import { at, type Columns } from "./columns.ts"
import { plain, type Recorded } from "./find.ts"

/** A row, what messages call it, and why it is none where it is none. */
interface Row {
  readonly entry: string
  readonly value?: unknown
  readonly fault?: string
}

const failure = (message: string) => new PolicyError({ operation: "read", message, exitCode: exits.invalid, everybodys: true })

/** Paths of the lists in a document, some levels deep. */
const lists = (value: unknown, path: ReadonlyArray<string> = []): ReadonlyArray<string> => {
  if (Array.isArray(value)) return path.length === 0 ? [] : [path.join(".")]
  if (typeof value !== "object" || value === null || path.length === 3) return []
  return Object.entries(value).flatMap(([key, inner]) => lists(inner, [...path, key]))
}

/** Rows of a list within a document, which is read whole. */
const within = async (file: string, path: string): Promise<ReadonlyArray<Row>> => {
  const document: unknown = JSON.parse(await readFile(file, "utf8"))
  const list = at(document, path)
  if (!Array.isArray(list)) throw new Error(`there is no list at "${path}"; lists are at ${lists(document).slice(0, 8).join(", ") || "no path"}`)
  return list.map((value: unknown, i) => ({ entry: `${path}[${i}]`, value }))
}

const listed = async (file: string): Promise<ReadonlyArray<Row>> => {
  const rows: Array<Row> = []
  for await (const some of readRows(file)) rows.push(...some)
  return rows
}

const isName = (value: unknown): value is string | number => typeof value === "string" || typeof value === "number"

interface Taken {
  readonly recorded: Recorded
  readonly order: string
}

/** The columns as these rows have them. */
const present = (columns: Columns, rows: ReadonlyArray<Row>): Columns => {
  const { image, ...others } = columns
  if (image === undefined || !image.endsWith("?")) return columns
  const path = image.slice(0, -1)
  return rows.some(({ value }) => at(value, path) !== undefined) ? { ...others, image: path } : others
}

/** A row taken apart, or what is wrong with it. */
const take = (columns: Columns, { entry, fault, value }: Row): Taken | string => {
  if (fault !== undefined) return `${entry} is no JSON (${fault})`
  const answer = at(value, columns.answer)
  if (typeof answer !== "string") return `${entry} has no text at "${columns.answer}"`
  const found = { image: "", question: "", order: "" }
  for (const name of ["image", "question", "order"] as const) {
    const path = columns[name]
    if (path === undefined) continue
    const text = at(value, path)
    if (!isName(text)) return `${entry} has no text or number at "${path}"`
    found[name] = String(text)
  }
  const cutOff = columns.finishReason !== undefined && at(value, columns.finishReason) === "length"
  const recorded: Recorded = {
    answer,
    finishReason: cutOff ? "length" : "stop",
    ...(columns.image === undefined ? {} : { image: basename(found.image) }),
    ...(columns.question === undefined ? {} : { question: plain(found.question) })
  }
  return { recorded, order: found.order }
}

const natural = new Intl.Collator("en", { numeric: true })

/** The answers in order. Fails with `PolicyError`, naming file and rows; the first faults are told together. */
export const readAnswers = (file: string, wanted: Columns): Effect.Effect<ReadonlyArray<Recorded>, PolicyError> =>
  Effect.gen(function*() {
    const rows = yield* Effect.tryPromise({
      try: () => wanted.rows === undefined ? listed(file) : within(file, wanted.rows),
      catch: (cause) => failure(`${file} cannot be read as recorded answers (${reasonOf(cause)}).`)
    })
    const columns = present(wanted, rows)
    const taken = rows.map((row) => take(columns, row))
    const faults = taken.filter((one) => typeof one === "string")
    if (faults.length > 0) {
      const more = faults.length > 3 ? `; and ${faults.length - 3} more` : ""
      return yield* failure(`${file}: ${faults.slice(0, 3).join("; ")}${more}. Correct the rows, or name the columns as they are.`)
    }
    if (taken.length === 0) return yield* failure(`${file} has no rows.`)
    const found = taken.filter((one) => typeof one !== "string")
    const sorted = columns.order === undefined ? found : found.toSorted((a, b) => natural.compare(a.order, b.order))
    return sorted.map(({ recorded }) => recorded)
  })
