/** The hot writes, prepared once a connection. */
import type { Database, Statement } from "better-sqlite3"
import { type MetricKeys, metricKeys } from "./metricKeys.ts"
import { textIds } from "./texts.ts"

export interface Statements {
  readonly metricKeys: MetricKeys
  readonly metric: Statement
  readonly lastValue: Statement
  readonly textId: (text: string) => number
  readonly completion: Statement
  readonly reward: Statement
  /** Inserts rows into a table of a task's own, which has columns `sample`, `ordinal` and these. */
  readonly tableRow: (table: string, columns: ReadonlyArray<string>) => Statement
  readonly sumRewards: Statement
  readonly sumTokens: Statement
  readonly checkpoint: Statement
  readonly best: Statement
  readonly findAnswer: Statement
  readonly keepAnswer: Statement
  readonly forgetAnswers: Statement
  /** Of a stage and a worker: something, where the worker has the stage in hand. */
  readonly claimedName: Statement
  readonly claimed: Statement
}

const name = /^[a-z][a-z0-9_]*$/

export const prepare = (db: Database): Statements => {
  const tables = new Map<string, Statement>()
  return {
    metricKeys: metricKeys(db),
    metric: db.prepare("INSERT INTO metric (stage, key, step, value) VALUES (?, ?, ?, ?)"),
    lastValue: db.prepare(`
      INSERT INTO last_value (stage, key, step, value) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET step = excluded.step, value = excluded.value WHERE excluded.step >= step`),
    textId: textIds(db),
    completion: db.prepare(`
      INSERT INTO completion (stage, scope, step, ordinal, example, prompt, completion, solution, details, token_count,
        finish_reason)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`).pluck(),
    reward: db.prepare("INSERT INTO sample_reward (sample, ordinal, part, value, error) VALUES (?, ?, ?, ?, ?)"),
    tableRow: (table, columns) => {
      const key = `${table} ${columns.join(" ")}`
      const known = tables.get(key)
      if (known !== undefined) return known
      const odd = [table, ...columns].find((word) => !name.test(word))
      if (odd !== undefined) throw new Error(`"${odd}" is no name of a table or column of a task`)
      const statement = db.prepare(
        `INSERT INTO ${table} (sample, ordinal, ${columns.join(", ")}) VALUES (?, ?, ${columns.map(() => "?").join(", ")})`
      )
      tables.set(key, statement)
      return statement
    },
    sumRewards: db.prepare(`
      INSERT INTO step_reward (stage, scope, step, part, n, mean, errors)
      SELECT c.stage, c.scope, c.step, w.part, count(*), avg(w.value), count(w.error)
      FROM completion c JOIN sample_reward w ON w.sample = c.id
      WHERE c.stage = ? AND c.scope = ? AND c.step = ? GROUP BY w.part`),
    sumTokens: db.prepare(`
      INSERT INTO stage_tokens (stage, scope, n, min, max, total, n_3000) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET n = n + excluded.n, total = total + excluded.total, n_3000 = n_3000 + excluded.n_3000,
        min = coalesce(min(min, excluded.min), min, excluded.min), max = coalesce(max(max, excluded.max), max, excluded.max)`),
    checkpoint: db.prepare("INSERT INTO checkpoint (stage, step, artifact, created_at) VALUES (?, ?, ?, ?)"),
    best: db.prepare("INSERT INTO best_weights (stage, step, value, artifact) VALUES (?, ?, ?, ?)"),
    findAnswer: db.prepare("SELECT content FROM answer WHERE stage = ? AND key = ?").pluck(),
    keepAnswer: db.prepare("INSERT INTO answer (stage, key, content) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"),
    forgetAnswers: db.prepare("DELETE FROM answer WHERE stage = ?"),
    claimedName: db.prepare("SELECT 1 FROM claim WHERE name = ? AND worker = ?"),
    claimed: db.prepare("SELECT 1 FROM stage s JOIN claim c ON c.name = s.fingerprint WHERE s.id = ? AND c.worker = ?")
  }
}
