/** Runs that are brought into a row of a table which stands: those of another state of the study stay out of it, under whatever seeds. */
import type { Database } from "better-sqlite3"
import { agree } from "../../pipeline/plan/state.ts"
import { statesIn } from "../states.ts"

interface Row {
  readonly theirs: number
  /** Runs of the variant that the tables are made of here. */
  readonly here: string
}

/**
 * Marks those of `run_of` that would be current and do not agree with what is current here. What other programs logged is left as it is:
 * each log is its own content, and no state of a study.
 */
export const keepApart = (db: Database): void => {
  const rows = db.prepare(`
    SELECT r.theirs, (
      SELECT json_group_array(m.id) FROM main.run m WHERE m.experiment = e.ours AND m.variant = o.variant AND m.current
    ) AS here
    FROM run_of r JOIN other.run o ON o.id = r.theirs JOIN experiment_of e ON e.theirs = o.experiment
    WHERE r.known IS NULL AND r.current AND NOT EXISTS (
      SELECT 1 FROM other.run_stage rs JOIN other.stage s ON s.id = rs.stage WHERE rs.run = o.id AND s.kind = 'import')`).all() as Array<Row>
  const theirs = statesIn(db, "other", rows.flatMap((row) => row.here === "[]" ? [] : [row.theirs]))
  const ours = new Map([...new Set(rows.map(({ here }) => here))].map((here) => [here, [...statesIn(db, "main", JSON.parse(here) as Array<number>).values()]]))
  const leave = db.prepare("UPDATE run_of SET current = 0 WHERE theirs = ?")
  for (const row of rows) {
    const state = theirs.get(row.theirs)
    if (state !== undefined && !ours.get(row.here)!.every((other) => agree(state, other))) leave.run(row.theirs)
  }
}
