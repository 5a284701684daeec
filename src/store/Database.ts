/** The database file: opened for writing, or for reading only. */
import Sqlite from "better-sqlite3"
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as fs from "node:fs"
import { Fetching } from "../pipeline/run/fetching.ts"
import { keep } from "./backup.ts"
import { drizzle } from "./drizzle.ts"
import { checkVersion, latest, migrate } from "./migrate.ts"
import { acquire } from "./runLock.ts"
import { fromCause, StoreError } from "./storeError.ts"

/**
 * An open runs.db, with two ways into the same connection. Published types leave both out: a compiler that also checks
 * libraries finds faults in those of the drivers.
 */
export interface Handle {
  readonly file: string
  /**
   * For prepared statements.
   *
   * @internal
   */
  readonly sqlite: Sqlite.Database
  /**
   * For typed reads.
   *
   * @internal
   */
  readonly orm: BetterSQLite3Database
}

export interface Options {
  /** Path of the database file. */
  readonly file: string
  /** How long to wait for another process's lock, in milliseconds (default 5000). */
  readonly busyTimeout?: number | undefined
  /** Nobody else writes to it: this process has its lock. */
  readonly alone?: boolean
}

const busyTimeout = (options: Options): number => options.busyTimeout ?? 5000

const connect = (options: Options, readonly: boolean): Effect.Effect<Sqlite.Database, StoreError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => new Sqlite(options.file, { readonly, fileMustExist: readonly, timeout: busyTimeout(options) }),
      catch: (cause) => fromCause(options.file, cause)
    }),
    (sqlite) => Effect.sync(() => sqlite.close())
  )

/** Runs synchronous driver calls, explaining what they throw. */
export const attempt = <A>(file: string, work: () => A): Effect.Effect<A, StoreError> =>
  Effect.try({ try: work, catch: (cause) => fromCause(file, cause) })

/** A question to the database: `ask` as an effect, with what the driver throws explained. */
export const question = <Args extends ReadonlyArray<unknown>, A>(ask: (handle: Handle, ...args: Args) => A) =>
(handle: Handle, ...args: Args): Effect.Effect<A, StoreError> => attempt(handle.file, () => ask(handle, ...args))

/**
 * Sets the connection up, and brings the schema up to date.
 *
 * Turning WAL on asks for an exclusive lock without waiting for it, so two processes on a fresh file need the retry.
 */
const setUp = (sqlite: Sqlite.Database, options: Options): Effect.Effect<void, StoreError> => {
  const started = performance.now()
  return attempt(options.file, () => {
    checkVersion(sqlite, options.file)
    sqlite.pragma("journal_mode = WAL")
    // consistent after a power cut, and on disk with the next checkpoint of the log; `Connection.commit` waits for the disk
    sqlite.pragma("synchronous = NORMAL")
    sqlite.pragma("fullfsync = ON") // a Mac's disk has a cache of its own, which else may lose what was synced
    sqlite.pragma("foreign_keys = OFF")
    migrate(sqlite, options.file)
    sqlite.pragma("foreign_keys = ON")
  }).pipe(
    Effect.retry({
      while: (error) => error.reason === "locked" && performance.now() - started < busyTimeout(options),
      schedule: Schedule.spaced("20 millis")
    })
  )
}

/** The same for a database of an older schema: with nobody else at work on it, and a copy of it first. */
const bringUp = (sqlite: Sqlite.Database, options: Options, version: number) =>
  Effect.gen(function*() {
    const { file } = options
    if (options.alone !== true) yield* acquire(file)
    const copy = yield* keep(sqlite, file, version)
    yield* setUp(sqlite, options)
    const say = yield* Fetching
    say({
      _tag: "Said",
      message: `The schema of ${file} was brought from version ${version} to ${latest}. ${copy} is the database as it was; delete it when all is well.`
    })
  }).pipe(Effect.scoped)

/** Opens runs.db for writing, creating it and bringing its schema up to date; of one that was older a copy stays beside it. */
export const openForWriting = (options: Options): Effect.Effect<Handle, StoreError, Scope.Scope> =>
  Effect.gen(function*() {
    const { file } = options
    const sqlite = yield* connect(options, false)
    const version = yield* attempt(file, () => checkVersion(sqlite, file))
    yield* version > 0 && version < latest ? bringUp(sqlite, options, version) : setUp(sqlite, options)
    return { file, sqlite, orm: drizzle(sqlite) }
  })

const absent = (file: string): StoreError =>
  new StoreError({
    reason: "absent",
    file,
    message: `There is no database at ${file}. Run a study first, or name another file.`
  })

const older = (file: string, version: number): StoreError =>
  new StoreError({
    reason: version === 0 ? "absent" : "older",
    file,
    message: version === 0
      ? `The database ${file} is empty. Run a study first, or name another file.`
      : `The database ${file} has schema version ${version}, older than ${latest}. ` +
        "Running any study on it brings it up to date."
  })

/** Opens an existing runs.db for reading only; nothing can be written or created through the handle. */
export const openForReading = (options: Options): Effect.Effect<Handle, StoreError, Scope.Scope> =>
  Effect.gen(function*() {
    const { file } = options
    if (!fs.existsSync(file)) return yield* absent(file)
    const sqlite = yield* connect(options, true)
    const version = yield* attempt(file, () => checkVersion(sqlite, file))
    if (version < latest) return yield* older(file, version)
    return { file, sqlite, orm: drizzle(sqlite) }
  })
