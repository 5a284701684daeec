/** A copy of a database as it was, beside it, before its schema is brought up to date. */
import type { Database } from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { inBytes } from "../pipeline/inBytes.ts"
import { sync } from "./durable.ts"
import { realFile } from "./realFile.ts"
import { fromCause, StoreError } from "./storeError.ts"

/** How the names of copies end. The folder's other databases keep their files, copies do not: what they alone name may go. */
const ending = ".backup"

const backupOf = (file: string, version: number): string => `${realFile(file)}.version-${version}${ending}`

const refused = (file: string, copy: string) => (cause: unknown): StoreError => {
  const { message, reason } = fromCause(copy, cause)
  const room = `a copy of up to ${inBytes(fs.statSync(file).size)} is made beside it first`
  return new StoreError({
    reason,
    file,
    message: reason === "full"
      ? `The schema of ${file} is of an older version. Before it is brought up to date ${room}, and the disk is full. Nothing was changed. ` +
        "Free some space and run again."
      : `The schema of ${file} is of an older version. Before it is brought up to date ${room}, and that failed: ${message}`,
    cause
  })
}

/** Writes the copy, whole or not at all, and returns its path. An earlier one of the same version gives way. */
export const keep = (sqlite: Database, file: string, version: number): Effect.Effect<string, StoreError> => {
  const copy = backupOf(file, version)
  const draft = `${copy}-draft`
  const write = () => {
    fs.rmSync(draft, { force: true })
    sqlite.prepare("VACUUM INTO ?").run(draft)
    sync(draft)
    fs.renameSync(draft, copy)
    sync(path.dirname(copy))
    return copy
  }
  return Effect.try({ try: write, catch: refused(file, copy) }).pipe(
    Effect.onError(() => Effect.ignore(Effect.try(() => fs.rmSync(draft, { force: true }))))
  )
}
