import * as Effect from "effect/Effect"
import { csv } from "../../report/table/csv.ts"
import * as FromStore from "../../report/table/fromStore.ts"
import { json } from "../../report/table/json.ts"
import { latex } from "../../report/table/latex.ts"
import { markdown } from "../../report/table/markdown.ts"
import type { Table } from "../../report/table/Table.ts"
import { text } from "../../report/table/text.ts"
import { open, unknownExperiment } from "../database.ts"
import { columns, print } from "../output.ts"

const renderers = {
  text: (table: Table) => text(table, Math.max(80, columns(process.stdout))),
  md: markdown,
  csv,
  json,
  latex
} as const

export interface Options {
  readonly experiment: string
  readonly format: keyof typeof renderers
  readonly db: string
}

/** Prints the ablation table of an experiment. */
export const table = Effect.fn("table")(function*(options: Options) {
  const handle = yield* open(options.db)
  const found = yield* FromStore.read(handle, options.experiment)
  if (found === undefined) return yield* unknownExperiment(handle, options.experiment)
  yield* print(renderers[options.format](found))
}, Effect.scoped)
