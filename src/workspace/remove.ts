/** Taking things out of a workspace: what no run uses, and experiments that nobody wants any more. */
import * as Effect from "effect/Effect"
import * as Store from "../store/index.ts"
import { experimentCalled, open } from "./read.ts"
import type { Workspace } from "./workspace.ts"

/** What `removeUnused` would remove, from a reading connection. */
export const unused = Effect.fn("Workspace.unused")(function*(workspace: Workspace) {
  const handle = yield* open(workspace)
  return yield* Store.unused(handle, workspace.objects)
}, Effect.scoped)

/** Does it with the lock held, so that no run begins to use what is removed. */
const alone = <A, E, R>({ db, objects }: Workspace, work: (options: Store.Options) => Effect.Effect<A, E, R>) =>
  Effect.andThen(Store.lock(db), work({ file: db, objects, alone: true }))

/**
 * Removes executions that no run uses, with what they recorded, and files that nothing names, and returns what it was. Fails with
 * `StoreError`, before anything is removed, while a process runs studies on this database or on another in its folder.
 */
export const removeUnused = Effect.fn("Workspace.removeUnused")(function*(workspace: Workspace) {
  // there is a database; the connection is closed before what is removed, as the file could not shrink beside it
  yield* Effect.scoped(open(workspace))
  return yield* alone(workspace, Store.removeUnused)
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
  yield* alone(workspace, (options) => Store.removeExperiment(options, name))
  return runs
}, Effect.scoped)
