import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { fromCause, StoreError } from "./StoreError.ts"

const isBusy = (cause: unknown): boolean =>
  typeof cause === "object" && cause !== null && "code" in cause && String(cause.code).startsWith("SQLITE_BUSY")

/** Pid of the last process that took the lock; readable while it is held. */
const holder = (file: string): number => {
  const reader = new Sqlite(file, { readonly: true, timeout: 0 })
  try {
    return Number(reader.pragma("user_version", { simple: true }))
  } finally {
    reader.close()
  }
}

const running = (database: string, file: string, pid: number, cause: unknown): StoreError =>
  new StoreError({
    reason: "running",
    file,
    message: `Another \`assay run\` (process ${pid}) is writing to ${database}. Wait until it ends, ` +
      "end it (it can be resumed), or name another database with --db.",
    cause
  })

const take = (database: string, file: string): Sqlite.Database => {
  const lock = new Sqlite(file, { timeout: 0 })
  try {
    lock.pragma(`user_version = ${process.pid}`)
    lock.exec("BEGIN IMMEDIATE")
    return lock
  } catch (cause) {
    lock.close()
    throw isBusy(cause) ? running(database, file, holder(file), cause) : fromCause(file, cause)
  }
}

/**
 * Makes this process the only one that runs studies on a database, until the scope closes.
 *
 * The lock is an open transaction on `runs.db.lock`, an empty SQLite file whose `user_version` is the pid. The system
 * lets go of it when the process dies, however it dies, so no stale lock is left and no pid is mistaken for another.
 */
export const acquire = (database: string): Effect.Effect<void, StoreError, Scope.Scope> => {
  const file = `${database}.lock`
  return Effect.asVoid(
    Effect.acquireRelease(
      Effect.try({ try: () => take(database, file), catch: (cause) => fromCause(file, cause) }),
      (lock) => Effect.sync(() => lock.close())
    )
  )
}
