/** Models that runs trained, as folders. */
import * as fs from "node:fs"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { type Saved, writeAdapter, writeFolder } from "../model/export.ts"
import { modelFiles } from "../hub/model.ts"
import { commitIn } from "../hub/repository.ts"
import { snapshot } from "../hub/snapshot.ts"
import { modelContent } from "../model/contentHash.ts"
import { modelFolder } from "../model/shipped.ts"
import { exits } from "../pipeline/Errors.ts"
import * as Objects from "../store/Objects.ts"
import { runById } from "./read.ts"
import type { Workspace } from "./workspace.ts"

/** A run has no model that could be written: `message` says why. */
export class NoModel extends Data.TaggedError("NoModel")<{ readonly message: string }> {
  readonly exitCode = exits.invalid
}

/** What is written of a run, and where. */
export interface Options {
  /** Folder to write into; it must be empty or absent. */
  readonly out: string
  /** Only the adapters, as PEFT reads them. */
  readonly adapter?: boolean
  readonly dtype?: "F32" | "F16" | "BF16"
  /** Weights that a loop kept beside those it handed on. */
  readonly kept?: "best" | "last" | undefined
}

/** What stands where the model is to be written; undefined for nothing. */
const occupant = (folder: string): string | undefined => {
  const found = fs.statSync(folder, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  if (!found.isDirectory()) return `${folder} is a file. Name a folder.`
  return fs.readdirSync(folder).length > 0 ? `The folder ${folder} is not empty. Name another one, or empty it first.` : undefined
}

/**
 * Writes what the last stage of a run that changed its policy left behind, or what its last loop kept.
 *
 * Fails with `NoModel` when there is nothing to write, when what is stored has been altered, or when the folder is in use.
 */
export const exportModel = Effect.fn("Workspace.exportModel")(function*(workspace: Workspace, run: number, options: Options) {
  const { id, kept, params, stages, status } = yield* runById(workspace, run)
  const policy = params["policy.folder"] === undefined ? "policy.local" : "policy" // of a split one, the part that trains
  const folder = params[`${policy}.folder`]
  if (typeof folder !== "string") {
    return yield* new NoModel({ message: `Run ${id} has no model to export: its policy is not Policy.local(folder), nor trained by one.` })
  }
  const hash = options.kept === undefined
    ? stages.findLast(({ subject }) => subject !== null)?.subject
    : kept.findLast(({ role }) => role === options.kept)?.artifact
  if (typeof hash !== "string") {
    const why = options.kept !== undefined
      ? `none of its loops kept its ${options.kept} weights`
      : status === "done"
      ? "none of its stages trains"
      : `it is ${status}, and no training stage has ended`
    return yield* new NoModel({ message: `Run ${id} has no model to export: ${why}. \`assay list\` names the runs.` })
  }
  const hasAdapters = params[`${policy}.lora.rank`] !== undefined
  if (options.adapter === true && !hasAdapters) {
    return yield* new NoModel({ message: `Run ${id} trained no adapters, but all of its model's weights. Leave --adapter out, and the whole model is written.` })
  }
  const there = occupant(options.out)
  if (there !== undefined) return yield* new NoModel({ message: there })
  const objects = Objects.make(workspace.objects, "export")
  if (!(yield* objects.verify(hash))) {
    return yield* new NoModel({
      message: `The stored weights of run ${id}, ${objects.path(hash)}, are missing or altered. Running its study again ` +
        "makes them anew."
    })
  }
  const content = params[`${policy}.content`]
  const commit = commitIn(content)
  const readsWeights = params[`${policy}.weights`] === "folder"
  const base = commit !== undefined
    ? (yield* snapshot({ type: "model", name: folder, revision: commit }, modelFiles(readsWeights))).folder
    : modelFolder(folder)
  // adapters and frozen towers stand on weights that lie in the folder, and on no others
  const rests = hasAdapters || params[`${policy}.freezeVision`] === true
  if (commit === undefined && rests && (yield* modelContent(base, readsWeights)) !== content) {
    return yield* new NoModel({
      message: `The folder ${base} is no longer what run ${id} started from, and its trained weights go only with those of then. ` +
        "Put its files back as they were, or run the study again."
    })
  }
  const saved: Saved = { folder: base, weights: objects.path(hash) }
  yield* options.adapter === true ? writeAdapter(saved, options.out) : writeFolder(saved, options.out, { dtype: options.dtype ?? "F32" })
})
