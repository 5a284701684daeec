/** A workspace: a database with its files around it, and the folders that they lie in. */
import * as fs from "node:fs"
import * as path from "node:path"
import { realFile } from "../store/index.ts"

/** Where a database and its files lie. */
export interface Workspace {
  /** Path of the database file, such as runs.db. */
  readonly db: string
  /** Folder of content-addressed files: weights, checkpoints, outputs of stages. */
  readonly objects: string
  /** Folder of files that stages generate and can always generate again. */
  readonly generated: string
  /** Folder of pictures for people. */
  readonly pictures: string
}

/** The folder of a database, that of the file itself where a link leads to it: its objects lie there. */
const folderOf = (db: string): string =>
  fs.lstatSync(db, { throwIfNoEntry: false })?.isSymbolicLink() === true
    ? path.relative("", path.dirname(realFile(db))) || "."
    : path.dirname(db)

/** The workspace of a database file, whether it is there yet or not. */
export const at = (db: string): Workspace => {
  const folder = folderOf(db)
  return {
    db,
    objects: path.join(folder, ".assay", "objects"),
    generated: path.join(folder, ".assay", "workspace"),
    pictures: path.join(folder, "samples")
  }
}
