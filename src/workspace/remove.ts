/** Taking things out of a workspace: what no run uses, and experiments that nobody wants any more. */
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Store from "../store/index.ts"
import { experimentCalled, open } from "./read.ts"
import type { Workspace } from "./workspace.ts"

/** What `removeUnused` would remove, from a reading connection. */
export const unused = Effect.fn("Workspace.unused")(function*(workspace: Workspace) {
  const handle = yield* open(workspace)
  return yield* Store.unused({ handle, objects: Store.objects(workspace.objects, path.basename(Store.realFile(workspace.db))) })
}, Effect.scoped)

/** With the lock held, so that no run begins to use what is removed. */
const alone = ({ db, objects }: Workspace) => Effect.andThen(Store.lock(db), Store.connect({ file: db, objects, alone: true }))

/**
 * Removes executions that no run uses, with what they recorded, and files that nothing names, and returns what it was. Fails with
 * `StoreError`, before anything is removed, while a process runs studies on this database or on another in its folder.
 */
export const removeUnused = Effect.fn("Workspace.removeUnused")(function*(workspace: Workspace) {
  yield* Effect.asVoid(open(workspace)) // there is a database
  const connection = yield* alone(workspace)
  const found = yield* Store.unused(connection)
  yield* Store.removeUnused(connection, found)
  return found
}, Effect.scoped)

/** How many runs an experiment has, earlier ones too. Fails with `NotFound`. */
export const runsOf = Effect.fn("Workspace.runsOf")(function*(workspace: Workspace, name: string) {
  const handle = yield* open(workspace)
  yield* experimentCalled(handle, name)
  return yield* Store.countRuns(handle, name)
}, Effect.scoped)

/**
 * Removes an experiment and its runs, and returns how many they were. What they executed stays until `removeUnused`: the same study
 * would find it again. Fails with `NotFound`, or `StoreError` while a process runs studies on the database.
 */
export const removeExperiment = Effect.fn("Workspace.removeExperiment")(function*(workspace: Workspace, name: string) {
  const runs = yield* runsOf(workspace, name)
  yield* Store.removeExperiment(yield* alone(workspace), name)
  return runs
}, Effect.scoped)
