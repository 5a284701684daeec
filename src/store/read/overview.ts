/** Experiments at a glance: how many of their runs are where, and when something last happened. */
import { question } from "../Database.ts"

export interface Overview {
  readonly id: number
  readonly name: string
  readonly question: string
  readonly file: string
  readonly variants: number
  /** All current runs, and those of them with a status. */
  readonly runs: number
  readonly done: number
  readonly failed: number
  readonly running: number
  readonly interrupted: number
  /** When a run or stage of it last began or ended, or kept a checkpoint; null before that. */
  readonly changedAt: string | null
}

/** Every experiment, the one that changed last first. */
export const overview = question(({ sqlite }) =>
  sqlite.prepare(`
    WITH happened AS (
      SELECT r.experiment, max(coalesce(r.started_at, ''), coalesce(r.ended_at, '')) AS at FROM run r WHERE r.current = 1
      UNION ALL
      SELECT r.experiment, max(s.started_at, coalesce(s.ended_at, ''), coalesce((
        SELECT max(c.created_at) FROM checkpoint c WHERE c.stage = s.id
      ), ''))
      FROM run r JOIN run_stage rs ON rs.run = r.id AND rs.reused = 0 JOIN stage s ON s.id = rs.stage WHERE r.current = 1
    )
    SELECT e.id, e.name, e.question, e.file, count(DISTINCT r.variant) AS variants, count(r.id) AS runs,
      coalesce(sum(r.status = 'done'), 0) AS done, coalesce(sum(r.status = 'failed'), 0) AS failed,
      coalesce(sum(r.status = 'running'), 0) AS running, coalesce(sum(r.status = 'interrupted'), 0) AS interrupted,
      (SELECT nullif(max(h.at), '') FROM happened h WHERE h.experiment = e.id) AS changedAt
    FROM experiment e LEFT JOIN run r ON r.experiment = e.id AND r.current = 1
    GROUP BY e.id ORDER BY changedAt DESC, e.id DESC`).all() as Array<Overview>)
