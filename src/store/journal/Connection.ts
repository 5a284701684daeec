/** What the parts of the journal share: a connection, its transactions, and artifacts on their way in. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Statement } from "better-sqlite3"
import { JournalError } from "../../pipeline/run/journal.ts"
import { attempt, type Handle } from "../Database.ts"
import type { Objects } from "../Objects.ts"
import { prepare, type Statements } from "./statements.ts"
import { StoreError } from "../storeError.ts"

/** What the parts of the journal share. */
export interface Connection {
  readonly handle: Handle
  readonly objects: Objects
  readonly statements: Statements
  /** The statement of a text, prepared once a connection: that takes longer than most of them run. */
  readonly sql: (text: string) => Statement
  /** How many artifacts of a hash were put and not yet named by a row: nothing may delete those meanwhile. */
  readonly pending: Map<string, number>
  /** Who this process is among those that run studies on the database; undefined where it has the database to itself. */
  readonly worker: string | undefined
  /**
   * Runs `work` in one IMMEDIATE transaction; `now` is the time as it is stored. The death of the process takes nothing of it back. A
   * power cut may, together with all that was written since the last `commit`: what would then be done again to the same result.
   */
  readonly write: <A>(operation: string, work: (now: string) => A) => Effect.Effect<A, JournalError>
  /** The same, and all that was written so far is on disk before it returns: for what is told as done, or has files deleted. */
  readonly commit: <A>(operation: string, work: (now: string) => A) => Effect.Effect<A, JournalError>
  /** The same two for what only whoever executes the stage may write: they fail where another process has taken the stage over. */
  readonly writeStage: <A>(operation: string, stage: number, work: (now: string) => A) => Effect.Effect<A, JournalError>
  readonly commitStage: <A>(operation: string, stage: number, work: (now: string) => A) => Effect.Effect<A, JournalError>
  /** The first of the two for a stage that may have no row yet, by its fingerprint. */
  readonly writeClaimed: <A>(operation: string, fingerprint: string, work: (now: string) => A) => Effect.Effect<A, JournalError>
  readonly read: <A>(operation: string, work: () => A) => Effect.Effect<A, JournalError>
}

export const journalError = (operation: string) => (error: StoreError): JournalError =>
  new JournalError({ operation, message: error.message, cause: error })

/**
 * Has SQLite sync the log with each commit, which takes what earlier commits left unsynced along. As a rule it does not: a stage has
 * several transactions, only its end is told as done, and each sync takes longer than all of them.
 */
const onDisk = <A>(sqlite: Handle["sqlite"], work: () => A): A => {
  sqlite.exec("PRAGMA synchronous = FULL")
  try {
    return work()
  } finally {
    sqlite.exec("PRAGMA synchronous = NORMAL")
  }
}

const lost = (file: string): StoreError =>
  new StoreError({
    reason: "lost",
    file,
    message: `Another process on ${file} took this stage over, since this one had not been heard of for too long.`
  })

export const make = (handle: Handle, objects: Objects, worker?: string): Connection => {
  const run = <A>(operation: string, work: () => A): Effect.Effect<A, JournalError> =>
    Effect.mapError(attempt(handle.file, work), journalError(operation))
  const statements = prepare(handle.sqlite)
  const prepared = new Map<string, Statement>()
  const transaction = handle.sqlite.transaction((work: () => unknown) => work())
  const write = <A>(operation: string, work: (now: string) => A, inTransaction: (work: () => unknown) => unknown) =>
    Effect.flatMap(Clock.currentTimeMillis, (millis) =>
      Effect.tapError(
        run(operation, () => inTransaction(() => work(new Date(millis).toISOString())) as A),
        () => Effect.sync(statements.metricKeys.takenBack)
      ))
  const later: Connection["write"] = (operation, work) => write(operation, work, transaction.immediate)
  const commit: Connection["write"] = (operation, work) =>
    write(operation, work, (inside) => onDisk(handle.sqlite, () => transaction.immediate(inside)))
  const fenced = <A>(claimed: Statement, what: number | string, work: (now: string) => A) => (now: string): A => {
    if (worker !== undefined && claimed.get(what, worker) === undefined) throw lost(handle.file)
    return work(now)
  }
  return {
    handle,
    objects,
    statements,
    sql: (text) => {
      const statement = prepared.get(text) ?? handle.sqlite.prepare(text)
      prepared.set(text, statement)
      return statement
    },
    pending: new Map(),
    worker,
    read: run,
    write: later,
    commit,
    writeStage: (operation, stage, work) => later(operation, fenced(statements.claimed, stage, work)),
    commitStage: (operation, stage, work) => commit(operation, fenced(statements.claimed, stage, work)),
    writeClaimed: (operation, fingerprint, work) => later(operation, fenced(statements.claimedName, fingerprint, work))
  }
}
