/** The lock of a database: one process at a time runs studies on it. */
import * as fs from "node:fs"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { realFile } from "./realFile.ts"
import { fromCause, isTooLong, StoreError } from "./storeError.ts"

/** Who looks whether the lock is held takes it for an instant; a process that wants it waits that long, in milliseconds. */
const patience = 250

const isBusy = (cause: unknown): boolean =>
  typeof cause === "object" && cause !== null && "code" in cause && String(cause.code).startsWith("SQLITE_BUSY")

/** The lock of a database file, by whatever path or link it is reached. */
const lockFile = (database: string): string => `${realFile(database)}.lock`

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
    message: `Another run (process ${pid}) is writing to ${database}. Wait until it ends, ` +
      "end it (it can be resumed), or name another database.",
    cause
  })

const take = (database: string, file: string): Sqlite.Database => {
  if (isTooLong(database)) throw new Error("its lock cannot be beside it")
  const lock = new Sqlite(file, { timeout: patience })
  try {
    lock.pragma(`user_version = ${process.pid}`)
    lock.exec("BEGIN IMMEDIATE")
    return lock
  } catch (cause) {
    lock.close()
    throw isBusy(cause) ? running(database, file, holder(file), cause) : cause
  }
}

/** The lock lies beside the database: what keeps it from being there keeps the database, unless it is there already. */
const refused = (database: string, file: string) => (cause: unknown): StoreError =>
  fromCause(fs.existsSync(file) ? file : database, cause)

/**
 * Makes this process the only one that runs studies on a database, until the scope closes.
 *
 * The lock is an open transaction on `runs.db.lock`, an empty SQLite file whose `user_version` is the pid. The system
 * lets go of it when the process dies, however it dies, so no stale lock is left and no pid is mistaken for another.
 */
export const acquire = (database: string): Effect.Effect<void, StoreError, Scope.Scope> => {
  const file = lockFile(database)
  return Effect.asVoid(
    Effect.acquireRelease(
      Effect.try({ try: () => take(database, file), catch: refused(database, file) }),
      (lock) => Effect.sync(() => lock.close())
    )
  )
}

/** Whether some process runs studies on a database now. */
export const isHeld = (database: string): boolean => {
  const file = lockFile(database)
  if (!fs.existsSync(file)) return false
  let lock: Sqlite.Database | undefined
  try {
    lock = new Sqlite(file, { timeout: 0, fileMustExist: true })
    lock.exec("BEGIN IMMEDIATE; ROLLBACK")
    return false
  } catch (cause) {
    return isBusy(cause) // a lock that may not be written is nobody's
  } finally {
    lock?.close()
  }
}
