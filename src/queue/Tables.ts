/** What stands in the queue's database beside the queue itself: submissions, their cells, workers and what they have in hand. */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as SqlClient from "effect/sql/SqlClient"

/** Name of the table that Effect's queue keeps. */
export const elements = "assay_queue"

const statements = [
  `CREATE TABLE IF NOT EXISTS assay_submission (
    id TEXT PRIMARY KEY,
    experiment TEXT NOT NULL,
    content TEXT NOT NULL,
    submitted_at TEXT NOT NULL
  )`,
  // attempt: how often the cell was submitted; merged: it is in the runs.db of one who follows it
  `CREATE TABLE IF NOT EXISTS assay_cell (
    submission TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'merged')),
    worker TEXT,
    message TEXT,
    exit_code INTEGER,
    PRIMARY KEY (submission, fingerprint)
  )`,
  "CREATE INDEX IF NOT EXISTS assay_cell_state ON assay_cell (submission, state)",
  `CREATE TABLE IF NOT EXISTS assay_worker (
    id TEXT PRIMARY KEY,
    machine TEXT NOT NULL,
    pid INTEGER NOT NULL,
    beat INTEGER NOT NULL
  )`,
  `CREATE TABLE IF NOT EXISTS assay_claim (
    name TEXT PRIMARY KEY,
    worker TEXT NOT NULL REFERENCES assay_worker (id) ON DELETE CASCADE
  )`,
  "CREATE INDEX IF NOT EXISTS assay_claim_worker ON assay_claim (worker)"
]

/** Makes them where they are not there; PostgreSQL lets one of two that do so at once fail. */
export const create = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (text) => sql.unsafe(text), { discard: true })
}).pipe(Effect.retry({ times: 5, schedule: Schedule.spaced("200 millis") }))
