/** The log of a run, as it is read. */
import { question } from "../Database.ts"
import type { Level } from "../journal/log.ts"

/** Something that happened to a run. */
export interface LogEntry {
  /** Place in the log, from 0. */
  readonly ordinal: number
  /** ISO 8601 in UTC. */
  readonly at: string
  readonly level: Level
  /** Label of the stage that it is about; null for the run itself. */
  readonly stage: string | null
  readonly message: string
}

/** What was logged of a run after a place (-1: from the beginning); the first `most`, in order. */
export const logFrom = question(({ sqlite }, run: number, after: number, most: number) =>
  sqlite.prepare("SELECT ordinal, at, level, stage, message FROM log WHERE run = ? AND ordinal > ? ORDER BY ordinal LIMIT ?").all(run, after, most) as Array<LogEntry>)

/** The same, but the last `most`. */
export const log = question(({ sqlite }, run: number, after: number, most: number) =>
  sqlite.prepare(`
    SELECT * FROM (
      SELECT ordinal, at, level, stage, message FROM log WHERE run = ? AND ordinal > ? ORDER BY ordinal DESC LIMIT ?
    ) ORDER BY ordinal`).all(run, after, most) as Array<LogEntry>)
