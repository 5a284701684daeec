/** Texts that repeat, such as prompts: stored once, and named by number. */
import { createHash } from "node:crypto"
import type { Database } from "better-sqlite3"

/** The first 16 bytes of a text's sha256. */
export const textDigest = (text: string): Buffer => createHash("sha256").update(text).digest().subarray(0, 16)

/** A function from a text to its number, which stores the text where it is new. Inside the caller's transaction. */
export const textIds = (db: Database): (text: string) => number => {
  const find = db.prepare("SELECT id FROM text WHERE digest = ?").pluck()
  const insert = db.prepare("INSERT INTO text (digest, content) VALUES (?, ?)")
  return (text) => {
    const digest = textDigest(text)
    return Number(find.get(digest) ?? insert.run(digest, text).lastInsertRowid)
  }
}
