/** What a workspace's database holds, as values. */
import * as fs from "node:fs"
import * as path from "node:path"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { exits } from "../pipeline/Errors.ts"
import { unknownName } from "../pipeline/near.ts"
import * as Store from "../store/index.ts"
import { settings, withPixels } from "./settings.ts"
import type { Workspace } from "./workspace.ts"

/** The database has no experiment or run of that name: `message` says what comes near. */
export class NotFound extends Data.TaggedError("NotFound")<{ readonly message: string }> {
  readonly exitCode = exits.usage
}

/** Opens the database for reading until the scope closes. */
export const open = ({ db }: Workspace) => Store.openForReading({ file: db })

/** Status of a run as it is, which the database cannot know of one whose process is gone. */
export const statusOf = <S extends string>(status: S, alive: boolean): S | "stopped" => status === "running" && !alive ? "stopped" : status

/** Every experiment with its current runs; those whose name holds `name`, where one is given. */
export const list = Effect.fn("Workspace.list")(function*(workspace: Workspace, name = "") {
  const handle = yield* open(workspace)
  const alive = Store.isHeld(workspace.db)
  const all = yield* Store.experiments(handle)
  const found = all.filter((experiment) => experiment.name.includes(name))
  if (found.length === 0 && all.length > 0) return yield* unknownExperiment(handle, name)
  return yield* Effect.forEach(found, (experiment) =>
    Effect.map(Store.runs(handle, experiment.name), (runs) => ({
      ...experiment,
      runList: runs.map(({ id, seed, status, variant }) => ({ run: id, variant, seed, status: statusOf(status, alive) }))
    })))
}, Effect.scoped)

const unknownExperiment = (handle: Store.Handle, wanted: string): Effect.Effect<never, NotFound | Store.StoreError> =>
  Effect.flatMap(Store.experiments(handle), (all) => {
    const none = "There is none yet; running a study makes one."
    return Effect.fail(new NotFound({ message: unknownName("experiment", wanted, all.map(({ name }) => name), none) }))
  })

/** A run by its number. Fails with `NotFound`, saying which numbers there are. */
export const runById = Effect.fn("Workspace.runById")(function*(workspace: Workspace, id: number) {
  const handle = yield* open(workspace)
  const run = yield* Store.run(handle, id)
  if (run !== undefined) return { ...run, status: statusOf(run.status, Store.isHeld(workspace.db)) }
  const { count, first, last } = yield* Store.runNumbers(handle)
  const known = count === 0
    ? "The database has no runs yet; running a study makes some."
    : `Runs go from ${first} to ${last}; \`assay list\` names them.`
  return yield* new NotFound({ message: `There is no run ${id}. ${known}` })
}, Effect.scoped)

/** An experiment by its name. Fails with `NotFound`, saying what comes near. */
export const experimentCalled = Effect.fnUntraced(function*(handle: Store.Handle, name: string) {
  const found = yield* Store.experiment(handle, name)
  return found === undefined ? yield* unknownExperiment(handle, name) : found
})

/** All that the table of an experiment is made of. Fails with `NotFound`. */
export const tableSource = Effect.fn("Workspace.tableSource")(function*(workspace: Workspace, name: string) {
  const handle = yield* open(workspace)
  const experiment = yield* experimentCalled(handle, name)
  const alive = Store.isHeld(workspace.db)
  const missing = yield* Store.missing(handle, name)
  const ablation = yield* Store.ablation(handle, name)
  const scopes = [...new Set(ablation.map(({ scope }) => scope))]
  return {
    ...experiment,
    ablation,
    paired: yield* Store.paired(handle, name),
    gain: yield* Store.gain(handle, name),
    settings: withPixels(settings(yield* Store.preimages(handle, name), scopes), ablation),
    missing: missing.map(({ seed, status, variant }) => ({ variant, seed, status: statusOf(status, alive) }))
  }
}, Effect.scoped)

/** Current runs of an experiment in table order, then by seed. */
export const runs = (workspace: Workspace, experiment: string) =>
  Effect.scoped(Effect.flatMap(open(workspace), (handle) => Store.runs(handle, experiment)))

/** The last value of every metric of an experiment's finished runs, with the execution that it is of. */
export const finals = (workspace: Workspace, experiment: string) =>
  Effect.scoped(Effect.flatMap(open(workspace), (handle) => Store.finals(handle, experiment)))

/** The metrics of one name over the steps of an experiment. */
export const learningCurve = (workspace: Workspace, experiment: string, name: string) =>
  Effect.scoped(Effect.flatMap(open(workspace), (handle) => Store.learningCurve(handle, experiment, name)))

/** Means of the parts of the reward over the steps of an experiment. */
export const rewardParts = (workspace: Workspace, experiment: string) =>
  Effect.scoped(Effect.flatMap(open(workspace), (handle) => Store.rewardParts(handle, experiment)))

/** Samples of a run: held-out ones where there are any. */
export const samples = Effect.fn("Workspace.samples")(function*(workspace: Workspace, run: number, limit?: number) {
  const handle = yield* open(workspace)
  const heldOut = yield* Store.samples(handle, run, { heldOut: true, limit })
  return heldOut.length > 0 ? heldOut : yield* Store.samples(handle, run, { limit })
}, Effect.scoped)

/** Rows of one read-only SQL statement. */
export const sql = (workspace: Workspace, query: string) =>
  Effect.scoped(Effect.flatMap(open(workspace), (handle) => Store.sql(handle, query)))

/**
 * Where the image of a stored sample lies now. Generated images are stored by a path from the folder in which the study
 * ran; seen from elsewhere they lie in the `.assay` folder beside the database.
 */
export const imageFile = ({ db }: Workspace) => (image: string): string => {
  if (path.isAbsolute(image) || fs.existsSync(image)) return image
  const generated = image.split(path.sep).indexOf(".assay")
  return path.join(path.dirname(db), generated < 0 ? image : image.split(path.sep).slice(generated).join(path.sep))
}
