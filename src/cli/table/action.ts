/** Prints the ablation table of an experiment. */
import * as Effect from "effect/Effect"
import { formats } from "../../report/table/formats.ts"
import * as Table from "../../report/table/Table.ts"
import * as Workspace from "../../workspace/index.ts"
import { columns, print } from "../output.ts"

interface Options {
  readonly experiment: string
  readonly format: keyof typeof formats
  readonly db: string
}

export const table = Effect.fn("table")(function*({ db, experiment, format }: Options) {
  const source = yield* Workspace.tableSource(Workspace.at(db), experiment)
  yield* print(formats[format](Table.make(source), Math.max(80, columns(process.stdout))))
})
