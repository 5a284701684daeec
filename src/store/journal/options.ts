/** Where a database and what belongs to it lie, for who writes. */
import type * as Database from "../Database.ts"

export interface Options extends Database.Options {
  /** Folder of the content-addressed files, usually `.assay/objects` beside the database. */
  readonly objects: string
  /** Nobody else writes to the database: what killed processes left behind is put in order first. */
  readonly alone?: boolean
  /** Who this process is among those that run studies on the database: it claims what it executes, and writes nothing else. */
  readonly worker?: string
}
