/** Other databases in the same folder, which keep their files in the same object folder. */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import Sqlite from "better-sqlite3"
import { codeOf } from "../pipeline/reason.ts"
import { attempt, openForReading } from "./Database.ts"
import { realFile } from "./realFile.ts"
import { isHeld } from "./runLock.ts"
import { StoreError } from "./storeError.ts"

/** `assy` in ASCII, by which a database says whose it is. */
const mark = 0x61737379

/** What SQLite, our lock and our copies put beside a database. */
const companion = /(-wal|-shm|-journal|\.lock|\.backup)$/

/** Databases are made of pages, of at least so many bytes: most other files need not be looked into. */
const page = 512

const isMadeOfPages = (file: string): boolean => {
  const state = fs.lstatSync(file, { throwIfNoEntry: false })
  return state?.isFile() === true && state.size > 0 && state.size % page === 0
}

/**
 * SQLite looks by itself: were the file opened and closed here, the system would let go of every lock that this process holds on it
 * by other ways.
 */
const isOurs = (file: string): boolean => {
  if (companion.test(file) || !isMadeOfPages(file)) return false
  let sqlite: Sqlite.Database | undefined
  try {
    sqlite = new Sqlite(file, { readonly: true, fileMustExist: true })
    return sqlite.pragma("application_id", { simple: true }) === mark
  } catch (cause) {
    if (codeOf(cause) === "SQLITE_NOTADB") return false
    throw cause
  } finally {
    sqlite?.close()
  }
}

const neighboursOf = (file: string): ReadonlyArray<string> => {
  const own = path.resolve(realFile(file))
  const folder = path.dirname(own)
  return fs.readdirSync(folder).map((name) => path.join(folder, name)).filter((other) => other !== own && isOurs(other))
}

const hashesIn = (other: string) =>
  Effect.scoped(Effect.flatMap(openForReading({ file: other }), (handle) =>
    attempt(other, () => handle.sqlite.prepare("SELECT hash FROM artifact").pluck().all() as Array<string>)))

/**
 * Hashes of the artifacts that other databases in the folder of `file` name. Fails with `StoreError` where one of them cannot be
 * read, as it may need anything then.
 */
export const namedElsewhere = (file: string): Effect.Effect<ReadonlySet<string>, StoreError> =>
  Effect.flatMap(attempt(file, () => neighboursOf(file)), (others) =>
    Effect.map(Effect.forEach(others, hashesIn), (all) => new Set(all.flat())))

/** Fails where another database of the folder is being written to: it may be about to name a file that nothing names yet. */
export const requireQuiet = (file: string): Effect.Effect<void, StoreError> =>
  Effect.flatMap(attempt(file, () => neighboursOf(file).find(isHeld)), (busy) =>
    busy === undefined ? Effect.void : Effect.fail(
      new StoreError({ reason: "running", file: busy, message: `A run is writing to ${busy}, which keeps its files in the same place. Wait until it ends.` })
    ))
