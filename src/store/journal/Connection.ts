/** What the parts of the journal share: a connection, its transactions, and artifacts on their way in. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { JournalError } from "../../pipeline/run/journal.ts"
import { attempt, type Handle } from "../Database.ts"
import type { Objects } from "../Objects.ts"
import { prepare, type Statements } from "./statements.ts"
import type { StoreError } from "../storeError.ts"

/** What the parts of the journal share. */
export interface Connection {
  readonly handle: Handle
  readonly objects: Objects
  readonly statements: Statements
  /** How many artifacts of a hash were put and not yet named by a row: nothing may delete those meanwhile. */
  readonly pending: Map<string, number>
  /** Runs `work` in one IMMEDIATE transaction; `now` is the time as it is stored. */
  readonly write: <A>(operation: string, work: (now: string) => A) => Effect.Effect<A, JournalError>
  readonly read: <A>(operation: string, work: () => A) => Effect.Effect<A, JournalError>
}

export const journalError = (operation: string) => (error: StoreError): JournalError =>
  new JournalError({ operation, message: error.message, cause: error })

export const make = (handle: Handle, objects: Objects): Connection => {
  const run = <A>(operation: string, work: () => A): Effect.Effect<A, JournalError> =>
    Effect.mapError(attempt(handle.file, work), journalError(operation))
  return {
    handle,
    objects,
    statements: prepare(handle.sqlite),
    pending: new Map(),
    read: run,
    write: (operation, work) =>
      Effect.flatMap(Clock.currentTimeMillis, (millis) =>
        run(operation, () => handle.sqlite.transaction(() => work(new Date(millis).toISOString())).immediate()))
  }
}
