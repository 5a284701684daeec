/** The lock of a database: processes that run studies on it share it, and one that changes it at large has it alone. */
import * as fs from "node:fs"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { isRunning } from "../pipeline/isRunning.ts"
import { codeOf } from "../pipeline/reason.ts"
import { realFile } from "./realFile.ts"
import { fromCause, isTooLong, StoreError } from "./storeError.ts"

/** Who looks whether the lock is held takes it for an instant; a process that wants it waits that long, in milliseconds. */
const patience = 250

/** How long one waits for another to have begun: it has the lock alone while it puts the database in order. */
const beginning = 5_000

const isBusy = (cause: unknown): boolean => codeOf(cause).startsWith("SQLITE_BUSY")

/** The lock of a database file, by whatever path or link it is reached. */
const lockFile = (database: string): string => `${realFile(database)}.lock`

/** Locks that this process holds: it may not look into those files, as closing one would let go of the lock. */
const own = new Set<string>()

/** Where the header of an SQLite file has its user_version. */
const versionAt = 60

/** Pid of the process that was last alone on the database, if it lives. While it is, SQLite lets nobody read the file. */
const holder = (file: string): number | undefined => {
  if (own.has(file)) return process.pid
  const header = fs.readFileSync(file)
  const pid = header.length >= versionAt + 4 ? header.readInt32BE(versionAt) : 0
  return pid > 0 && isRunning(pid) ? pid : undefined
}

const running = (database: string, file: string, cause: unknown): StoreError => {
  const pid = holder(file)
  return new StoreError({
    reason: "running",
    file,
    message: `Another process${pid === undefined ? "" : ` (${pid})`} is writing to ${database}. Wait until it ends, ` +
      "end it (a run can be resumed), or name another database.",
    cause
  })
}

const open = (database: string, file: string): Sqlite.Database => {
  if (isTooLong(database)) throw new Error("its lock cannot be beside it")
  return new Sqlite(file, { timeout: patience })
}

/** Throws SQLITE_BUSY where any other process has the lock. */
const takeAlone = (lock: Sqlite.Database): void => {
  lock.pragma(`user_version = ${process.pid}`)
  lock.exec("BEGIN EXCLUSIVE")
}

/** Throws SQLITE_BUSY where another process has it alone. */
const takeShared = (lock: Sqlite.Database): void => {
  if (lock.inTransaction) lock.exec("COMMIT")
  lock.pragma(`busy_timeout = ${beginning}`)
  lock.exec("BEGIN; SELECT 1 FROM sqlite_schema")
}

/** The lock lies beside the database: what keeps it from being there keeps the database, unless it is there already. */
const refused = (database: string, file: string) => (cause: unknown): StoreError =>
  isBusy(cause) ? running(database, file, cause) : fromCause(fs.existsSync(file) ? file : database, cause)

/** A connection to the lock file with what `take` took, until the scope closes. */
const hold = <A>(database: string, take: (lock: Sqlite.Database) => A) => {
  const file = lockFile(database)
  const begin = () => {
    const lock = open(database, file)
    try {
      const taken = take(lock)
      own.add(file)
      return { lock, taken }
    } catch (cause) {
      lock.close()
      throw cause
    }
  }
  return Effect.acquireRelease(
    Effect.try({ try: begin, catch: refused(database, file) }),
    ({ lock }) => Effect.sync(() => {
      lock.close()
      own.delete(file)
    })
  )
}

/**
 * Makes this process the only one that writes to a database, until the scope closes. Fails with `StoreError` (reason "running")
 * while another has the lock, alone or not.
 *
 * The lock is an open transaction on `runs.db.lock`, an empty SQLite file whose `user_version` is the pid. The system
 * lets go of it when the process dies, however it dies, so no stale lock is left and no pid is mistaken for another.
 */
export const acquire = (database: string): Effect.Effect<void, StoreError, Scope.Scope> => Effect.asVoid(hold(database, takeAlone))

/** A place among the processes that run studies on a database. */
export interface Entry {
  /** No other process is there, and none comes before `share`. */
  readonly alone: boolean
  /** Lets others in. */
  readonly share: Effect.Effect<void, StoreError>
}

/** Takes part in the lock until the scope closes: alone at first, where nobody else has it. */
export const enter = (database: string): Effect.Effect<Entry, StoreError, Scope.Scope> =>
  Effect.map(
    hold(database, (lock) => {
      try {
        takeAlone(lock)
        return true
      } catch (cause) {
        if (!isBusy(cause)) throw cause
        takeShared(lock)
        return false
      }
    }),
    ({ lock, taken: alone }) => ({
      alone,
      share: alone ? Effect.try({ try: () => takeShared(lock), catch: refused(database, lockFile(database)) }) : Effect.void
    })
  )

/** Whether any process has a lock on a file, as Linux tells everybody; false where it is not said. */
const isLocked = (file: string): boolean => {
  try {
    const { ino } = fs.statSync(file)
    return fs.readFileSync("/proc/locks", "utf8").split("\n").some((line) => line.includes(" POSIX ") && line.split(/\s+/).some((word) => word.endsWith(`:${ino}`)))
  } catch {
    return false
  }
}

const isWritable = (file: string): boolean => {
  try {
    fs.accessSync(file, fs.constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** Whether some process writes to a database now. */
export const isHeld = (database: string): boolean => {
  const file = lockFile(database)
  if (!fs.existsSync(file)) return false
  let lock: Sqlite.Database | undefined
  try {
    lock = new Sqlite(file, { timeout: 0, fileMustExist: true })
    lock.exec("BEGIN EXCLUSIVE; ROLLBACK")
    return !isWritable(file) && isLocked(file) // of a file that may not be written SQLite only asks whether one has it alone
  } catch (cause) {
    return isBusy(cause) || (!isWritable(file) && isLocked(file))
  } finally {
    lock?.close()
  }
}
