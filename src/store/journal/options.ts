/** Where a database and what belongs to it lie, for who writes. */
import type * as Database from "../Database.ts"

export interface Options extends Database.Options {
  /** Folder of the content-addressed files, usually `.assay/objects` beside the database. */
  readonly objects: string
  /** This process holds the lock of the database: what killed ones left behind is put in order first. */
  readonly alone?: boolean
}
