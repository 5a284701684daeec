/** Runs one read-only statement and prints its rows, or writes them to a file. */
import { mkdir } from "node:fs/promises"
import { dirname } from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { csv, isNumber, json, jsonl, markdown, type Rows } from "../../report/rows.ts"
import { visible } from "../../report/visible.ts"
import * as Workspace from "../../workspace/Reading.ts"
import { usage } from "../failure.ts"
import { grid } from "../grid.ts"
import { print } from "../output.ts"
import { cannotWrite, saveFile } from "../saveFile.ts"
import { endAtOnce } from "../signals.ts"

interface Options {
  readonly query: string
  readonly format: Option.Option<keyof typeof formats | "parquet">
  readonly csv: boolean
  readonly json: boolean
  readonly out: Option.Option<string>
  readonly db: string
}

const asText = (value: unknown): string =>
  value === null ? "-" : value instanceof Uint8Array ? Buffer.from(value).toString("hex") : visible(String(value))

const text = ({ columns, rows }: Rows): string => {
  const numeric = columns.flatMap((_, i) => rows.some((row) => isNumber(row[i])) ? [i] : [])
  return grid([columns, ...rows.map((row) => row.map(asText))], numeric)
}

const formats = { text, csv, json, jsonl, md: markdown } as const satisfies { readonly [name: string]: (rows: Rows) => string }

const saveParquet = Effect.fnUntraced(function*(file: string, rows: Rows) {
  const { parquet } = yield* Effect.promise(() => import("../../report/rowsParquet.ts"))
  const write = async () => {
    await mkdir(dirname(file), { recursive: true })
    await parquet(file, rows)
  }
  yield* Effect.tryPromise({ try: write, catch: (cause) => cannotWrite(file, cause) })
})

export const sql = Effect.fn("sql")(function*(options: Options) {
  const wanted = [...Option.toArray(options.format), ...options.csv ? ["csv" as const] : [], ...options.json ? ["json" as const] : []]
  if (wanted.length > 1) return yield* usage("--format, --csv and --json exclude each other; give one of them.")
  const [format = "text"] = wanted
  const file = Option.getOrUndefined(options.out)
  if (format === "parquet" && file === undefined) return yield* usage("Parquet is no text to print; say where to with --out FILE.")
  yield* endAtOnce // SQLite does not look up from a query, which has nothing to put in order either
  const rows = yield* Workspace.sql(Workspace.at(options.db), options.query)
  if (format === "parquet") return yield* saveParquet(file!, rows)
  const printed = formats[format](rows)
  if (file !== undefined) return yield* saveFile(file, Buffer.from(printed === "" ? "" : `${printed}\n`))
  if (printed !== "" || format !== "jsonl") yield* print(printed)
})
