/** A workspace: a database with its files around it, and the folders that they lie in. */
import * as path from "node:path"

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

/** The workspace of a database file, whether it is there yet or not. */
export const at = (db: string): Workspace => {
  const folder = path.dirname(db)
  return {
    db,
    objects: path.join(folder, ".assay", "objects"),
    generated: path.join(folder, ".assay", "workspace"),
    pictures: path.join(folder, "samples")
  }
}
