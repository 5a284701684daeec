/** What can be wrong with a database, in words that say what to do. */
import * as Data from "effect/Data"
import * as fs from "node:fs"
import * as path from "node:path"
import { type ExitCode, exits } from "../pipeline/Errors.ts"
import { codeOf, reasonOf } from "../pipeline/reason.ts"

export type Reason =
  | "absent"
  | "missing"
  | "unwritable"
  | "locked"
  | "corrupt"
  | "foreign"
  | "newer"
  | "older"
  | "full"
  | "running"
  | "lost"
  | "query"
  | "unexpected"

/** The database could not be opened, read or written: `message` names the file, what is wrong and what to do. */
export class StoreError extends Data.TaggedError("StoreError")<{
  readonly reason: Reason
  readonly file: string
  readonly message: string
  readonly cause?: unknown
}> {
  /** Whether other runs would meet it too. */
  get everybodys(): boolean {
    return this.reason === "full" || this.reason === "unwritable"
  }

  /** A query that cannot be run is a wrong word on the command line. */
  get exitCode(): ExitCode {
    return this.reason === "query" ? exits.usage : exits.invalid
  }
}

const accessible = (target: string, mode: number): boolean => {
  try {
    fs.accessSync(target, mode)
    return true
  } catch {
    return false
  }
}

const isFolder = (file: string): boolean => {
  try {
    return fs.statSync(file).isDirectory()
  } catch {
    return false
  }
}

/** Whether the system takes no name as long as those that a database's companions have. */
export const isTooLong = (file: string): boolean => {
  try {
    fs.statSync(`${file}.lock-journal`)
    return false
  } catch (cause) {
    return codeOf(cause) === "ENAMETOOLONG"
  }
}

const cannotOpen = (file: string): readonly [Reason, string] => {
  const folder = path.dirname(path.resolve(file))
  if (isTooLong(file)) {
    return [
      "missing",
      `The name of the database ${file} is too long: files beside it have names that are up to 13 letters longer, and most file ` +
      "systems take 255 bytes. Name a shorter one."
    ]
  }
  if (!fs.existsSync(folder)) {
    return [
      "missing",
      `The folder ${folder} does not exist, so the database ${file} cannot be there. Create it, or name another file.`
    ]
  }
  if (fs.existsSync(file) && !accessible(file, fs.constants.R_OK)) {
    return [
      "unwritable",
      `The database ${file} may not be read by this user. Give read permission (chmod u+r), or name another file.`
    ]
  }
  return [
    "unwritable",
    `The folder ${folder} is not writable, and SQLite keeps its log beside the database ${file}. ` +
    "Give write permission on the folder (chmod u+w), or name a file in another folder."
  ]
}

const readOnly = (file: string): readonly [Reason, string] =>
  accessible(file, fs.constants.W_OK)
    ? cannotOpen(file)
    : ["unwritable", `The database ${file} is read-only. Give write permission (chmod u+w), or name another file.`]

const describe = (file: string, code: string, text: string): readonly [Reason, string] => {
  // the driver opens a folder, and stumbles over it at the first read
  if (isFolder(file)) return ["missing", `${file} is a folder, not a database file. Name a file.`]
  if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED")) {
    return [
      "locked",
      `The database ${file} is locked by another process (${text}). ` +
      "Wait until that process ends, or end it, and try again."
    ]
  }
  if (code.startsWith("SQLITE_READONLY")) return readOnly(file)
  // The driver looks for the folder itself, and says so without a code.
  const folderMissing = code === "" && !fs.existsSync(path.dirname(path.resolve(file)))
  if (code.startsWith("SQLITE_CANTOPEN") || code === "SQLITE_PERM" || folderMissing || isTooLong(file)) return cannotOpen(file)
  if (code.startsWith("SQLITE_NOTADB")) {
    return ["corrupt", `The file ${file} is not an SQLite database. Name another file, or move this one away.`]
  }
  if (code.startsWith("SQLITE_CORRUPT")) {
    return [
      "corrupt",
      `The database ${file} is corrupt (${text}). Put back a copy of it, save what can be read with ` +
      `\`sqlite3 ${file} .recover\`, or move it away and run again.`
    ]
  }
  if (code.startsWith("SQLITE_FULL")) {
    return [
      "full",
      `The disk is full, so ${file} could not grow (${text}). ` +
      "Free some space and run again: it goes on where it stopped."
    ]
  }
  if (code.startsWith("SQLITE_IOERR")) {
    return [
      "unexpected",
      `Reading or writing ${file} failed (${code}: ${text}). Check the disk and the space left on it.`
    ]
  }
  const [, kind, lost] = /^no such (table|column): (?:main\.)?(.+)$/.exec(text) ?? []
  if (lost !== undefined) {
    return [
      "unexpected",
      `The database ${file} lacks the ${kind === "table" ? "table or view" : "column"} ${lost} of its schema: somebody changed it. ` +
      "Put back a copy of it, or move it away and run again."
    ]
  }
  return ["unexpected", `The database ${file} refused: ${text}${code === "" ? "" : ` (${code})`}.`]
}

/** Explains a failure of the SQLite driver. */
export const fromCause = (file: string, cause: unknown): StoreError => {
  if (cause instanceof StoreError) return cause
  const [reason, message] = describe(file, codeOf(cause), reasonOf(cause))
  return new StoreError({ reason, file, message, cause })
}
