/**
 * Databases of every earlier version, with data in them. `version-2.db` was made by that version's own run; the others are made of
 * it by the migrations between, one by one, with rows of what each version had that those before it had not.
 */
import Sqlite from "better-sqlite3"
import { copyFileSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { textDigest } from "../../src/store/journal/texts.ts"
import { latest, migrations } from "../../src/store/migrate.ts"

const fixture = fileURLToPath(new URL("fixtures/version-2.db", import.meta.url))

/** All versions before this one. */
export const earlier: ReadonlyArray<number> = migrations.map(({ version }) => version).filter((version) => version < latest)

/** Rows that only a version from the given one on could have. */
const rows: { readonly [version: number]: string } = {
  5: "INSERT INTO answer (stage, key, content) SELECT min(id), 'asked', 'answered' FROM stage",
  6: `INSERT INTO log (run, ordinal, at, level, message) SELECT min(id), 0, '2026-01-01T00:00:00.000Z', 'info', 'said' FROM run`,
  7: `INSERT INTO artifact (hash, bytes, media_type, created_at, content) VALUES ('${"0".repeat(64)}', 2, 'application/json', '2026', '{}')`,
  9: "UPDATE artifact SET stamp = '1:2:3:4:5' WHERE content IS NULL"
}

/** Puts the database of a version at `file`. */
export const make = (file: string, version: number): void => {
  copyFileSync(fixture, file)
  const db = new Sqlite(file)
  db.pragma("foreign_keys = OFF")
  db.function("text_digest", { deterministic: true }, (text) => textDigest(String(text)))
  if (version === 1) { // version 2 was version 1 with views
    const views = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'view'").pluck().all()
    for (const view of views) db.exec(`DROP VIEW ${String(view)}`)
  }
  for (const migration of migrations) {
    if (migration.version <= 2 || migration.version > version) continue
    db.exec(readFileSync(migration.file, "utf8"))
    db.exec(rows[migration.version] ?? "")
  }
  db.pragma(`user_version = ${version}`)
  db.close()
}
