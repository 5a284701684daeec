/** Runs one read-only statement and prints its rows. */
import * as Effect from "effect/Effect"
import { csv, json } from "../../report/rows.ts"
import * as Workspace from "../../workspace/index.ts"
import { usage } from "../failure.ts"
import { grid } from "../grid.ts"
import { print } from "../output.ts"
import { endAtOnce } from "../signals.ts"
import { visible } from "../../report/visible.ts"

const asText = (value: unknown): string =>
  value === null ? "-" : value instanceof Uint8Array ? Buffer.from(value).toString("hex") : visible(String(value))

export const sql = Effect.fn("sql")(
  function*(options: { readonly query: string; readonly csv: boolean; readonly json: boolean; readonly db: string }) {
    if (options.csv && options.json) return yield* usage("--csv and --json exclude each other; give one of them.")
    endAtOnce() // SQLite does not look up from a query, which has nothing to put in order either
    const result = yield* Workspace.sql(Workspace.at(options.db), options.query)
    if (options.json) return yield* print(json(result))
    if (options.csv) return yield* print(csv(result))
    const isNumber = (value: unknown) => typeof value === "number" || typeof value === "bigint"
    const numeric = result.columns.flatMap((_, i) => result.rows.some((row) => isNumber(row[i])) ? [i] : [])
    yield* print(grid([result.columns, ...result.rows.map((row) => row.map(asText))], numeric))
  }
)
