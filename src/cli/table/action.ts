/** Prints the ablation table of one or more experiments. */
import * as Effect from "effect/Effect"
import { formats } from "../../report/table/formats.ts"
import { join } from "../../report/table/join.ts"
import * as Workspace from "../../workspace/Reading.ts"
import { columns, print } from "../output.ts"

interface Options {
  readonly experiments: ReadonlyArray<string>
  readonly format: keyof typeof formats
  readonly db: string
}

export const table = Effect.fn("table")(function*({ db, experiments, format }: Options) {
  const sources = yield* Effect.forEach(new Set(experiments), (name) => Workspace.tableSource(Workspace.at(db), name))
  yield* print(formats[format](join(sources), Math.max(80, columns(process.stdout))))
})
