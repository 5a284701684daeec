/** Removes what no run uses, or says what it would remove. */
import { stat } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Workspace from "../../workspace/Reading.ts"
import { inBytes } from "../../pipeline/inBytes.ts"
import { counted } from "../counted.ts"
import { print, printJson } from "../output.ts"
import { visible } from "../../report/visible.ts"

interface Options {
  readonly db: string
  readonly json: boolean
  readonly yes: boolean
}

const sizeOf = (file: string) => Effect.promise(() => stat(file).then(({ size }) => size, () => 0))

export const gc = Effect.fn("gc")(function*({ db, json, yes }: Options) {
  const workspace = Workspace.at(db)
  const before = yield* sizeOf(db)
  const { completions, executions, files } = yield* yes ? Workspace.removeUnused(workspace) : Workspace.unused(workspace)
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const freed = yes ? Math.max(0, before - (yield* sizeOf(db))) : undefined
  if (json) return yield* printJson({ removed: yes, executions, completions, files: files.length, bytes, ...(freed === undefined ? {} : { databaseBytes: freed }) })
  if (executions.length === 0 && files.length === 0) {
    return yield* print(`Every execution and file is used by a run.${freed ? ` ${db} is ${inBytes(freed)} smaller.` : ""}`)
  }
  const named = [...Map.groupBy(executions, ({ kind, name }) => `${kind} ${name}`)].map(([title, all]) => `  ${visible(title)}: ${all.length}`)
  const found = `${counted(executions.length, "execution")} with ${counted(completions, "answer")}, and ${counted(files.length, "file")} of ${inBytes(bytes)}`
  yield* print([
    yes ? `Removed ${found}.${freed === undefined ? "" : ` ${db} is ${inBytes(freed)} smaller.`}` : `No run uses ${found}:`,
    ...named,
    ...(yes ? [] : ["`assay gc --yes` removes them."])
  ].join("\n"))
})
