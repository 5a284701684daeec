import * as Effect from "effect/Effect"
import { join } from "node:path"
import { type Saved, writeAdapter, writeFolder } from "../../model/export.ts"
import { folders, open, runById } from "../database.ts"
import { invalid } from "../Failure.ts"
import { say } from "../output.ts"

export interface Options {
  readonly run: number
  readonly out: string
  readonly adapter: boolean
  readonly dtype: "F32" | "F16" | "BF16"
  readonly db: string
}

/** Writes what the last stage of a run that changed its policy left behind. */
export const exportModel = Effect.fn("export")(function*(options: Options) {
  const handle = yield* open(options.db)
  const { id, params, stages, status } = yield* runById(handle, options.run)
  const folder = params["policy.folder"]
  const hash = stages.findLast(({ subject }) => subject !== null)?.subject
  if (typeof folder !== "string") {
    return yield* invalid(`Run ${id} has no model to export: its policy is not Policy.local(folder).`)
  }
  if (typeof hash !== "string") {
    const why = status === "done" ? "none of its stages trains" : `it is ${status}, and no training stage has ended`
    return yield* invalid(`Run ${id} has no model to export: ${why}. \`assay list\` names the runs.`)
  }
  const saved: Saved = { folder, weights: join(folders(options.db).objects, hash.slice(0, 2), hash.slice(2)) }
  yield* options.adapter ? writeAdapter(saved, options.out) : writeFolder(saved, options.out, options.dtype)
  yield* say(`${options.out} holds ${options.adapter ? "the adapters" : "the model"} of run ${id}.`)
}, Effect.scoped)
