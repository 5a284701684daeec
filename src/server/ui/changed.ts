/** Whether a database has changed, told from its files: who polls need not ask it the same again. */
import { createHash, randomUUID } from "node:crypto"
import { statSync } from "node:fs"
import { isHeld } from "../../workspace/Reading.ts"

/** When, and how large; a commit is written to the log beside the database first. */
const stateOf = (file: string): string => {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false })
  return found === undefined ? "" : `${found.ino} ${found.mtimeNs} ${found.size}`
}

/** Another version of the program may answer in another shape. */
const process = randomUUID()

/** A tag of what is in the database, and whether somebody writes to it: another one after every commit. */
export const tagOf = (database: string): string =>
  createHash("sha256")
    .update([process, stateOf(database), stateOf(`${database}-wal`), isHeld(database)].join("\n"))
    .digest("hex").slice(0, 32)
