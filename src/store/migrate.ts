/** Brings the schema of runs.db up to date. */
import type { Database } from "better-sqlite3"
import * as fs from "node:fs"
import { fileURLToPath } from "node:url"
import { shrink } from "./shrink.ts"
import { StoreError } from "./storeError.ts"
import { textDigest } from "./journal/texts.ts"

const folder = fileURLToPath(new URL("../../migrations/", import.meta.url))

/** Marks a file as ours; the first migration writes it. */
export const applicationId = 0x61737379

/** The migrations by version: file `0001_*.sql` leads to version 1. */
export const migrations: ReadonlyArray<{ readonly version: number; readonly file: string }> = fs
  .readdirSync(folder)
  .filter((name) => /^\d{4}_.*\.sql$/.test(name))
  .sort()
  .map((name) => ({ version: Number(name.slice(0, 4)), file: folder + name }))

/** The schema version that this program reads and writes. */
export const latest = migrations.at(-1)?.version ?? 0

const pragma = (db: Database, name: string): number => Number(db.pragma(name, { simple: true }))

const tables = (db: Database): number => Number(db.prepare("SELECT count(*) FROM sqlite_schema").pluck().get())

/** Throws a `StoreError` when the file is another program's or of a newer schema; returns its version. */
export const checkVersion = (db: Database, file: string): number => {
  const version = pragma(db, "user_version")
  if (pragma(db, "application_id") !== applicationId && (version !== 0 || tables(db) > 0)) {
    throw new StoreError({
      reason: "foreign",
      file,
      message: `The file ${file} is an SQLite database of another program. Name another file.`
    })
  }
  if (version > latest) {
    throw new StoreError({
      reason: "newer",
      file,
      message: `The database ${file} has schema version ${version}, but this program knows versions up to ${latest}. ` +
        "Update assay, or name another file."
    })
  }
  return version
}

/**
 * Brings the schema up to date. The version is read under the write lock, so two processes never both migrate.
 *
 * Foreign keys must be off on the connection, since migrations make tables anew; they are checked before the commit.
 */
export const migrate = (db: Database, file: string): void => {
  if (checkVersion(db, file) === latest) return
  db.function("text_digest", { deterministic: true }, (text) => textDigest(String(text)))
  db.transaction(() => {
    const version = checkVersion(db, file)
    for (const migration of migrations.filter((candidate) => candidate.version > version)) {
      db.exec(fs.readFileSync(migration.file, "utf8"))
    }
    const [broken] = db.pragma("foreign_key_check") as ReadonlyArray<{ readonly table: string }>
    if (broken !== undefined) throw new Error(`the migration would leave rows of ${broken.table} without what they name`)
    db.pragma(`user_version = ${latest}`)
  }).immediate()
  if (pragma(db, "freelist_count") * 4 >= pragma(db, "page_count")) shrink(db) // tables that were made anew left much room
}
