/** Taking back what a stage recorded after a step. */
import type { Database } from "better-sqlite3"

/** Deletes a stage's metrics and samples after `step` (all of them for -1), and sums the rest up again. */
export const rewindRecords = (db: Database, stage: number, step: number): void => {
  const at = { stage, step }
  db.prepare("DELETE FROM metric WHERE stage = @stage AND step > @step").run(at)
  db.prepare("DELETE FROM completion WHERE stage = @stage AND step > @step").run(at)
  db.prepare("DELETE FROM step_reward WHERE stage = @stage AND step > @step").run(at)
  db.prepare("DELETE FROM last_value WHERE stage = ?").run(stage)
  db.prepare(`
    INSERT INTO last_value (stage, key, step, value)
    SELECT m.stage, m.key, m.step, m.value
    FROM (SELECT key, max(step) AS step FROM metric WHERE stage = ? GROUP BY key) latest
    JOIN metric m ON m.stage = ? AND m.key = latest.key AND m.step = latest.step`).run(stage, stage)
  db.prepare("DELETE FROM stage_tokens WHERE stage = ?").run(stage)
  db.prepare(`
    INSERT INTO stage_tokens (stage, scope, n, min, max, total, n_3000)
    SELECT stage, scope, sum(token_count < 3000),
      min(CASE WHEN token_count < 3000 THEN token_count END), max(CASE WHEN token_count < 3000 THEN token_count END),
      coalesce(sum(CASE WHEN token_count < 3000 THEN token_count END), 0), sum(token_count >= 3000)
    FROM completion WHERE stage = ? AND (token_count > 0 OR completion = '') GROUP BY stage, scope`).run(stage)
}
