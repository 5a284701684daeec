/** A pack: a database with what is to be moved, the files within it, in pieces, and the mark by which it is known. */
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import Sqlite, { type Database } from "better-sqlite3"
import { codeOf } from "../../pipeline/reason.ts"
import { migrate } from "../migrate.ts"
import { merge, type Merged, type Subject } from "./merge.ts"

/** `assp` in ASCII: a database that is a pack, and not one that studies write to. */
export const packId = 0x61737370

/** objects: by their hash. pictures: by where they go, seen from the folder of the database. */
export type Kind = "object" | "picture"

/** Bytes of a piece: SQLite holds no value above a gigabyte, and a piece is in memory at once. */
const piece = 4 << 20

const mark = `
  CREATE TABLE packed (
    kind TEXT NOT NULL CHECK (kind IN ('object', 'picture')),
    name TEXT NOT NULL,
    part INTEGER NOT NULL,
    content BLOB NOT NULL,
    UNIQUE (kind, name, part)
  ) STRICT;
  PRAGMA application_id = ${packId}`

let template: Buffer | undefined

/** A pack of nothing, made once a process: to make the tables takes longer than to fill them with what most packs hold. */
const empty = (): Buffer => {
  if (template !== undefined) return template
  const db = new Sqlite(":memory:")
  db.pragma("page_size = 1024") // most tables of most packs are empty, and each takes a page
  migrate(db, "a pack")
  db.exec(mark)
  template = db.serialize()
  db.close()
  return template
}

/** For a pack that is being written: what is left half-written is thrown away. */
export const hasten = (db: Database): void => {
  db.pragma("journal_mode = OFF")
  db.pragma("synchronous = OFF")
}

/** Writes a pack with the rows of a subject in the database `source`; `more` may add to it. */
export const write = <A>(file: string, source: string, subject: Subject, more: (db: Database, merged: Merged) => A): A => {
  fs.writeFileSync(file, empty())
  const db = new Sqlite(file)
  try {
    hasten(db)
    return more(db, merge(db, source, { lock: false, subject }).merged)
  } finally {
    db.close()
  }
}

/** Whether a file is a pack. Throws for one that cannot be read. */
export const isPack = (file: string): boolean => {
  let db: Database | undefined
  try {
    db = new Sqlite(file, { readonly: true, fileMustExist: true })
    return db.pragma("application_id", { simple: true }) === packId
  } catch (cause) {
    if (codeOf(cause) === "SQLITE_NOTADB") return false
    throw cause
  } finally {
    db?.close()
  }
}

/** Puts a file in, once, a piece at each step. */
export function* bringingIn(db: Database, kind: Kind, name: string, file: string): Generator<void> {
  const add = db.prepare("INSERT INTO packed (kind, name, part, content) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
  const descriptor = fs.openSync(file, "r")
  try {
    const buffer = Buffer.allocUnsafe(piece)
    for (let part = 0;; part++) {
      const read = fs.readSync(descriptor, buffer, 0, piece, null)
      if (read === 0 && part > 0) return
      add.run(kind, name, part, buffer.subarray(0, read))
      if (read < piece) return
      yield
    }
  } finally {
    fs.closeSync(descriptor)
  }
}

/** The same at once. */
export const bringIn = (...of: Parameters<typeof bringingIn>): void => void [...bringingIn(...of)]

/** Names of the files of a kind. */
export const namesIn = (db: Database, kind: Kind): ReadonlyArray<string> =>
  db.prepare("SELECT DISTINCT name FROM packed WHERE kind = ? ORDER BY name").pluck().all(kind) as Array<string>

const contentOf = (db: Database, kind: Kind, name: string): Iterable<Buffer> =>
  db.prepare("SELECT content FROM packed WHERE kind = ? AND name = ? ORDER BY part").pluck().iterate(kind, name) as Iterable<Buffer>

/** The sha256 of a file as it is in there. */
export const hashIn = (db: Database, kind: Kind, name: string): string => {
  const hash = createHash("sha256")
  for (const content of contentOf(db, kind, name)) hash.update(content)
  return hash.digest("hex")
}

/** Writes a file out, durably, a piece at each step. */
export function* takingOut(db: Database, kind: Kind, name: string, file: string): Generator<void> {
  const descriptor = fs.openSync(file, "w")
  try {
    for (const content of contentOf(db, kind, name)) {
      fs.writeFileSync(descriptor, content) // `writeSync` may write but a part
      yield
    }
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}

/** The same at once. */
export const takeOut = (...of: Parameters<typeof takingOut>): void => void [...takingOut(...of)]
