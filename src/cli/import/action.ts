/** Imports the log of a training, and says which run it is. */
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Table from "../../report/table/Table.ts"
import * as Workspace from "../../workspace/index.ts"
import { print, printJson, say } from "../output.ts"
import { saveFile } from "../saveFile.ts"
import { visible } from "../../report/visible.ts"

interface Options {
  readonly paths: ReadonlyArray<string>
  readonly experiment: string
  readonly variant: string
  readonly seed: number
  readonly layout: Option.Option<string>
  readonly tokenizer: Option.Option<string>
  readonly replace: boolean
  readonly db: string
  readonly json: boolean
}

/** Says how far it is every two seconds, in milliseconds; what takes less says nothing. */
const every = 2000

const progress = (): Workspace.ImportProgress => {
  let last = performance.now()
  const opening = setTimeout(() => process.stderr.write("looking for the steps of the log\n"), every)
  opening.unref()
  return (doing, step, steps) => {
    clearTimeout(opening)
    const now = performance.now()
    if (now - last < every) return
    last = now
    process.stderr.write(`${doing === "reads" ? "read" : "imported"} ${step} of ${steps} steps\n`)
  }
}

/** The learning curves of the experiment as a picture; undefined where nothing was rewarded. */
const drawn = Effect.fnUntraced(function*(workspace: Workspace.Workspace, experiment: string) {
  const { folderName } = yield* Effect.promise(() => import("../../report/figures/pictures.ts"))
  const { learningCurve } = yield* Effect.promise(() => import("../../report/figures/learningCurve.ts"))
  const table = Table.make(yield* Workspace.tableSource(workspace, experiment))
  const curve = yield* Workspace.learningCurve(workspace, experiment, "reward")
  const picture = yield* Effect.promise(() => learningCurve(table, curve))
  if (picture === undefined) return undefined
  const file = path.join(workspace.pictures, folderName(experiment), "learning-curve.png")
  yield* saveFile(file, picture)
  return file
})

const told = ({ experiment, seed, variant }: Options, { already, completions, files, layout, replaced, run, steps }: Workspace.Imported): string => {
  const what = `${variant}, seed ${seed}: ${steps} steps and ${completions} completions, by layout ${layout} from ${files.length} ${files.length === 1 ? "file" : "files"}`
  if (already) return `${experiment} has it already: run ${run}, ${what}.`
  return `${experiment}: run ${run}, ${what}${replaced === undefined ? "" : `, in the place of run ${replaced}`}.`
}

export const importCommand = Effect.fn("import")(function*(options: Options) {
  const workspace = Workspace.at(options.db)
  const result = yield* Workspace.importLogs(workspace, {
    ...options,
    layout: Option.getOrUndefined(options.layout),
    tokenizer: Option.getOrUndefined(options.tokenizer)
  }, progress())
  for (const remark of result.remarks) yield* say(`assay: ${visible(remark)}`)
  const picture = yield* drawn(workspace, options.experiment)
  if (options.json) {
    const { experiment, seed, variant } = options
    return yield* printJson({ experiment, variant, seed, ...result, ...(picture === undefined ? {} : { picture }) })
  }
  yield* print([visible(told(options, result)), ...(picture === undefined ? [] : [`Picture: ${picture}`])].join("\n"))
})
