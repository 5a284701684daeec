/** Experiments moved between workspaces, in one file each. */
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Store from "../store/index.ts"
import { experimentCalled, imageFile, open } from "./read.ts"
import type { Workspace } from "./workspace.ts"

export type { Packed, Unpacked } from "../store/index.ts"

/**
 * Writes an experiment, all its runs with everything that they recorded, files and pictures, into one file. A run that goes on meanwhile
 * is in it as it stood. Fails with `NotFound`, or with `StoreError` where another file is in the way.
 */
export const pack = Effect.fn("Workspace.pack")(function*(workspace: Workspace, experiment: string, file: string) {
  yield* experimentCalled(yield* open(workspace), experiment)
  return yield* Store.pack({ file: workspace.db, objects: workspace.objects, pictureOf: imageFile(workspace) }, experiment, file)
}, Effect.scoped)

/**
 * Brings what was packed into the workspace, made where there is none. What is there stays, so that a second time changes nothing and
 * packs of several machines add up. Fails with `StoreError` where the file is no pack, or while a process runs studies.
 */
export const unpack = Effect.fn("Workspace.unpack")(function*({ db, objects }: Workspace, file: string) {
  yield* Store.checkPack(file) // first, so that a wrong name makes no database
  yield* Store.lock(db)
  return yield* Store.unpack({ file: db, objects, alone: true }, path.dirname(path.dirname(objects)), file)
}, Effect.scoped)
