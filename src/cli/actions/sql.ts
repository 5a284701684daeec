import * as Effect from "effect/Effect"
import { record } from "../../report/table/csv.ts"
import * as Store from "../../store/index.ts"
import { open } from "../database.ts"
import { usage } from "../Failure.ts"
import { grid } from "../grid.ts"
import { print, printJson } from "../output.ts"

/** A value as JSON can hold it: blobs in hexadecimal. */
const plain = (value: unknown): string | number | null =>
  value instanceof Uint8Array
    ? Buffer.from(value).toString("hex")
    : typeof value === "number" || value === null
    ? value
    : String(value)

/** Runs one read-only statement and prints its rows. */
export const sql = Effect.fn("sql")(
  function*(options: { readonly query: string; readonly csv: boolean; readonly json: boolean; readonly db: string }) {
    if (options.csv && options.json) return yield* usage("--csv and --json exclude each other; give one of them.")
    const handle = yield* open(options.db)
    const result = yield* Store.sql(handle, options.query)
    const rows = result.rows.map((row) => row.map(plain))
    if (options.json) {
      return yield* printJson(rows.map((row) => Object.fromEntries(result.columns.map((name, i) => [name, row[i]]))))
    }
    if (options.csv) return yield* print([result.columns, ...rows].map(record).join("\n"))
    const numeric = result.columns.flatMap((_, i) => rows.some((row) => typeof row[i] === "number") ? [i] : [])
    yield* print(
      grid([result.columns, ...rows.map((row) => row.map((value) => value === null ? "-" : String(value)))], numeric)
    )
  },
  Effect.scoped
)
