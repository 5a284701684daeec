import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Store from "../store/index.ts"
import { type Failure, from, usage } from "./Failure.ts"
import { unknownName } from "./near.ts"

/** Folders that belong to a database: stored files, generated files, and pictures for people. */
export const folders = (
  db: string
): { readonly objects: string; readonly workspace: string; readonly pictures: string } => ({
  objects: path.join(path.dirname(db), ".assay", "objects"),
  workspace: path.join(path.dirname(db), ".assay", "workspace"),
  pictures: path.join(path.dirname(db), "samples")
})

/** Opens the database for reading until the scope closes. */
export const open = (db: string): Effect.Effect<Store.Handle, Failure, Scope.Scope> =>
  Effect.mapError(Store.open({ file: db }), from)

/** The error for an experiment that the database does not have, with the names that it may be meant for. */
export const unknownExperiment = (
  handle: Store.Handle,
  wanted: string
): Effect.Effect<never, Failure | Store.StoreError> =>
  Effect.flatMap(
    Store.experiments(handle),
    (all) => Effect.fail(usage(unknownName("experiment", wanted, all.map((experiment) => experiment.name))))
  )

/** A run by its number; a usage error with the numbers there are, when there is no such run. */
export const runById = Effect.fnUntraced(function*(handle: Store.Handle, id: number) {
  const run = yield* Store.run(handle, id)
  if (run !== undefined) return run
  const { rows } = yield* Store.sql(handle, "SELECT min(id), max(id), count(*) FROM run")
  const [first, last, count] = rows[0] ?? []
  const known = count === 0
    ? "The database has no runs yet; `assay run FILE` makes some."
    : `Runs go from ${String(first)} to ${String(last)}; \`assay list\` names them.`
  return yield* usage(`There is no run ${id}. ${known}`)
})

/**
 * Where the image of a stored sample lies now. Generated images are stored by a path from the folder in which the study
 * ran; seen from elsewhere they lie in the `.assay` folder beside the database.
 */
export const imageFile = (db: string) => (image: string): string => {
  if (path.isAbsolute(image) || fs.existsSync(image)) return image
  const generated = image.split(path.sep).indexOf(".assay")
  return path.join(path.dirname(db), generated < 0 ? image : image.split(path.sep).slice(generated).join(path.sep))
}
