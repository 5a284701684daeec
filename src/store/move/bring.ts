/** The rows of a pack brought into a database, whatever schema either has. */
import * as fs from "node:fs"
import Sqlite, { type Database } from "better-sqlite3"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { attempt } from "../Database.ts"
import { forget, removeFiles } from "../journal/artifacts.ts"
import type { Connection } from "../journal/Connection.ts"
import { applicationId, latest, migrate } from "../migrate.ts"
import { StoreError } from "../storeError.ts"
import { merge } from "./merge.ts"
import { isPack } from "./packFile.ts"

export const refuse = (file: string, message: string): StoreError => new StoreError({ reason: "foreign", file, message })

/** A pack, to read from as a rule, until the scope closes. */
export const opened = (file: string, readonly = true): Effect.Effect<Database, StoreError, Scope.Scope> =>
  Effect.acquireRelease(attempt(file, () => new Sqlite(file, { readonly, fileMustExist: true })), (db) => Effect.sync(() => db.close()))

/** The version of a pack's schema. Fails where the file is no pack, or a newer one, and says so of what it is `called`. */
export const versionOf = Effect.fnUntraced(function*(file: string, called: string) {
  const state = fs.statSync(file, { throwIfNoEntry: false })
  if (state === undefined) return yield* refuse(called, `There is no file ${called}.`)
  if (state.isDirectory()) return yield* refuse(called, `${called} is a folder. Name a file that \`assay pack EXPERIMENT FILE\` made.`)
  if (!(yield* attempt(called, () => isPack(file)))) {
    return yield* refuse(called, `${called} is no pack; \`assay pack EXPERIMENT FILE\` makes one.`)
  }
  const version = yield* Effect.scoped(Effect.flatMap(opened(file), (db) => attempt(file, () => Number(db.pragma("user_version", { simple: true })))))
  if (version > latest) return yield* refuse(called, `${called} was made by a newer version of assay (schema ${version}, here ${latest}). Update assay.`)
  return version
})

/** The pack itself, or a copy at `draft` that is brought up to date, until the scope closes. Fails as `versionOf` does. */
export const current = Effect.fnUntraced(function*(file: string, draft: string, called = file) {
  if ((yield* versionOf(file, called)) === latest) return file
  return yield* Effect.acquireRelease(
    attempt(file, () => {
      fs.copyFileSync(file, draft)
      const db = new Sqlite(draft)
      try {
        db.pragma(`application_id = ${applicationId}`)
        db.pragma("foreign_keys = OFF")
        migrate(db, file)
      } finally {
        db.close()
      }
      return draft
    }),
    () => Effect.sync(() => fs.rmSync(draft, { force: true }))
  )
})

/**
 * Merges a pack that is up to date. Artifacts that are of no use any more go, with their files. `lost`: fingerprints of stages that are done
 * here, but whose results are gone.
 */
export const bring = Effect.fnUntraced(function*(connection: Connection, pack: string, lost: ReadonlyArray<string> = []) {
  const { handle: { file, sqlite }, worker } = connection
  sqlite.pragma("trusted_schema = OFF")
  const { dropped, merged } = yield* attempt(file, () => merge(sqlite, pack, { lock: true, lost, worker }))
  if (dropped.length > 0) {
    yield* removeFiles(connection, yield* attempt(file, () => sqlite.transaction(() => forget(connection, dropped)).immediate()))
  }
  return merged
})
