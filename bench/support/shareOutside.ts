/** What of the time of runs went by outside of their stages: before each that a run executed itself, and after its last. */
import Sqlite from "better-sqlite3"

const query = `
  WITH stages AS (
    SELECT r.experiment, r.id AS run, rs.position, rs.reused, unixepoch(s.started_at, 'subsec') AS began, unixepoch(s.ended_at, 'subsec') AS ended,
      unixepoch(r.started_at, 'subsec') AS run_began, unixepoch(r.ended_at, 'subsec') AS run_ended
    FROM run r JOIN run_stage rs ON rs.run = r.id JOIN stage s ON s.id = rs.stage
    WHERE r.current = 1 AND r.status = 'done'
  ),
  own AS (
    SELECT *, began - max(run_began, coalesce(lag(ended) OVER (PARTITION BY run ORDER BY position), run_began)) AS before,
      CASE WHEN lead(run) OVER (PARTITION BY run ORDER BY position) IS NULL THEN max(0, run_ended - ended) ELSE 0 END AS after
    FROM stages
  )
  SELECT e.name AS experiment, count(DISTINCT o.run) AS runs, sum(max(0, before) + after) AS outside, sum(ended - began) AS inside
  FROM own o JOIN experiment e ON e.id = o.experiment WHERE o.reused = 0 GROUP BY e.id`

interface Row {
  readonly experiment: string
  readonly runs: number
  readonly outside: number
  readonly inside: number
}

/** By experiment, seconds outside and inside of stages, and the share of the former. What waits for another run's stage is neither. */
export const shareOutside = (file: string) => {
  const db = new Sqlite(file, { readonly: true })
  try {
    return (db.prepare(query).all() as Array<Row>).map((row) => ({ ...row, share: row.outside / (row.outside + row.inside) }))
  } finally {
    db.close()
  }
}
