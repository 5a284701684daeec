/** Other databases in the same folder, which keep their files in the same object folder. */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { attempt, openForReading } from "./Database.ts"
import { realFile } from "./realFile.ts"
import { isHeld } from "./runLock.ts"
import { StoreError } from "./storeError.ts"

/** `assy`, where an SQLite file says whose it is. */
const mark = { at: 68, is: "assy" } as const

const isOurs = (file: string): boolean => {
  if (fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) return false
  const descriptor = fs.openSync(file, "r")
  try {
    const found = Buffer.alloc(mark.is.length)
    fs.readSync(descriptor, found, 0, found.length, mark.at)
    return found.toString("latin1") === mark.is
  } finally {
    fs.closeSync(descriptor)
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
