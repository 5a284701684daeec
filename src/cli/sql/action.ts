/** Runs one read-only statement and prints its rows. */
import * as Effect from "effect/Effect"
import { record } from "../../report/table/csv.ts"
import * as Workspace from "../../workspace/index.ts"
import { usage } from "../failure.ts"
import { grid } from "../grid.ts"
import { print } from "../output.ts"
import { endAtOnce } from "../signals.ts"
import { visible } from "../../report/visible.ts"

/** Columns of one name get a number, so that none hides another. */
const distinct = (columns: ReadonlyArray<string>): ReadonlyArray<string> =>
  columns.map((name, i) => {
    const before = columns.slice(0, i).filter((other) => other === name).length
    return before === 0 ? name : `${name}:${before}`
  })

/** A value in JSON: blobs in hexadecimal, and integers whole however large they are. */
const asJson = (value: unknown): string =>
  typeof value === "bigint"
    ? String(value)
    : value instanceof Uint8Array
    ? JSON.stringify(Buffer.from(value).toString("hex"))
    : JSON.stringify(value)

const asText = (value: unknown): string =>
  value === null ? "-" : value instanceof Uint8Array ? Buffer.from(value).toString("hex") : visible(String(value))

const asField = (value: unknown): string | number | null =>
  value === null || typeof value === "number" ? value : value instanceof Uint8Array ? asText(value) : String(value)

const json = ({ columns, rows }: Effect.Success<ReturnType<typeof Workspace.sql>>): string => {
  const names = distinct(columns).map((name) => JSON.stringify(name))
  const objects = rows.map((row) => `  {${row.map((value, i) => `${names[i]!}: ${asJson(value)}`).join(", ")}}`)
  return objects.length === 0 ? "[]" : `[\n${objects.join(",\n")}\n]`
}

export const sql = Effect.fn("sql")(
  function*(options: { readonly query: string; readonly csv: boolean; readonly json: boolean; readonly db: string }) {
    if (options.csv && options.json) return yield* usage("--csv and --json exclude each other; give one of them.")
    endAtOnce() // SQLite does not look up from a query, which has nothing to put in order either
    const result = yield* Workspace.sql(Workspace.at(options.db), options.query)
    if (options.json) return yield* print(json(result))
    if (options.csv) return yield* print([result.columns, ...result.rows.map((row) => row.map(asField))].map(record).join("\n"))
    const isNumber = (value: unknown) => typeof value === "number" || typeof value === "bigint"
    const numeric = result.columns.flatMap((_, i) => result.rows.some((row) => isNumber(row[i])) ? [i] : [])
    yield* print(grid([result.columns, ...result.rows.map((row) => row.map(asText))], numeric))
  }
)
