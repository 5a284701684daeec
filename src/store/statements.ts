import type { Database, Statement } from "better-sqlite3"

/** The hot writes, prepared once a connection. */
export interface Statements {
  readonly metricKey: Statement
  readonly metric: Statement
  readonly sample: Statement
  readonly reward: Statement
  readonly box: Statement
  readonly checkpoint: Statement
}

export const prepare = (db: Database): Statements => ({
  metricKey: db.prepare(
    "INSERT INTO metric_key (name) VALUES (?) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id"
  ).pluck(),
  metric: db.prepare("INSERT INTO metric (stage, key, step, value) VALUES (?, ?, ?, ?)"),
  sample: db.prepare(`
    INSERT INTO sample (stage, step, ordinal, example, prompt, completion, solution, token_count, finish_reason, image,
      width, height, input_width, input_height)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`).pluck(),
  reward: db.prepare("INSERT INTO sample_reward (sample, ordinal, part, value, error) VALUES (?, ?, ?, ?, ?)"),
  box: db.prepare(
    "INSERT INTO box (sample, ordinal, role, label, space, x1, y1, x2, y2) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
  ),
  checkpoint: db.prepare("INSERT INTO checkpoint (stage, step, artifact, created_at) VALUES (?, ?, ?, ?)")
})
