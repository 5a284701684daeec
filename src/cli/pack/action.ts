/** Writes an experiment into one file, and says what is in it. */
import { statSync } from "node:fs"
import * as Effect from "effect/Effect"
import { inBytes } from "../../pipeline/inBytes.ts"
import { quote } from "../../report/account/commands.ts"
import { visible } from "../../report/visible.ts"
import * as Workspace from "../../workspace/Reading.ts"
import { counted } from "../counted.ts"
import { print, printJson } from "../output.ts"

interface Options {
  readonly experiment: string
  readonly file: string
  readonly db: string
  readonly json: boolean
}

export const pack = Effect.fn("pack")(function*({ db, experiment, file, json }: Options) {
  const packed = yield* Workspace.pack(Workspace.at(db), experiment, file)
  const bytes = statSync(file).size
  if (json) return yield* printJson({ ...packed, bytes })
  const { executions, files, missing, pictures, runs } = packed
  yield* print(`${visible(file)} holds ${visible(experiment)}: ${counted(runs, "run")} of ${counted(executions, "execution")}, ` +
    `${counted(files, "file")} and ${counted(pictures, "picture")}, ${inBytes(bytes)}.`)
  if (missing > 0) yield* print(`${counted(missing, "file")} of results or weights ${missing === 1 ? "is" : "are"} gone from here and not in it.`)
  yield* print(`There: assay unpack ${visible(quote(file))}`)
})
