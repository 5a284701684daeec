/** Which executions of another database come over, and which files by that. */
import type { Database } from "better-sqlite3"

/** The step of the newest training state of an execution, -1 where it has none. */
const reached = (database: "main" | "other", id: string): string => `(SELECT coalesce(max(step), -1) FROM ${database}.checkpoint WHERE stage = ${id})`

const isDone = "(m.status <> 'done' OR m.fingerprint IN (SELECT value FROM json_each(@lost))) AND o.status = 'done'"

const isFurther = `m.status <> 'done' AND o.status <> 'done' AND ${reached("other", "o.id")} > ${reached("main", "m.id")}`

/**
 * Of an execution `o` there and `m` here: it is new, or was unfinished or among the @lost here, in nobody else's hands (but @worker's), and
 * is done there, or came further, so that it goes on from there.
 */
export const isFresh = `(m.id IS NULL OR ((${isDone} OR ${isFurther})
  AND NOT EXISTS (SELECT 1 FROM main.claim WHERE name = o.fingerprint AND worker <> @worker)))`

/** Hashes of all that executions of the other database, or of one's own, name. */
export const namedBy = (stages: string, database: "main" | "other" = "other"): string => {
  const named = (column: string, table: string, key: string) => `SELECT ${column} FROM ${database}.${table} WHERE ${key} IN (${stages})`
  return [
    named("output", "stage", "id"),
    named("subject", "stage", "id"),
    named("artifact", "checkpoint", "stage"),
    named("artifact", "best_weights", "stage"),
    named("artifact", "kept_weights", "stage")
  ].join(" UNION ")
}

/** Hashes of what is of use in `db`, for `worker`, of the pack `file`: what comes over names it, or what is here does, whose file may be lost. */
export const needed = (db: Database, file: string, worker = ""): ReadonlySet<string> => {
  db.prepare("ATTACH ? AS other").run(file)
  try {
    const taken = `SELECT o.id FROM other.stage o LEFT JOIN main.stage m ON m.fingerprint = o.fingerprint WHERE ${isFresh}`
    return new Set(db.prepare(`SELECT hash FROM main.artifact UNION ${namedBy(taken)}`).pluck().all({ worker, lost: "[]" }) as Array<string>)
  } finally {
    db.exec("DETACH other")
  }
}
