/** Which state of a study the runs of a database are of, from the stages that they have there. */
import type { Database } from "better-sqlite3"
import { type State, stateOf } from "../pipeline/plan/state.ts"

interface Row {
  readonly run: number
  readonly whole: 0 | 1
  readonly fingerprint: string
  readonly preimage: string
}

/** The states of runs by their numbers, in the database that is attached as `schema`; those that have no stage yet are of none. */
export const statesIn = (db: Database, schema: "main" | "other", runs: ReadonlyArray<number>): ReadonlyMap<number, State> => {
  const rows = db.prepare(`
    SELECT r.id AS run, r.status = 'done' AS whole, s.fingerprint, s.preimage
    FROM ${schema}.run r JOIN ${schema}.run_stage rs ON rs.run = r.id JOIN ${schema}.stage s ON s.id = rs.stage
    WHERE r.id IN (SELECT value FROM json_each(?)) ORDER BY r.id, rs.position`).all(JSON.stringify(runs)) as Array<Row>
  return new Map([...Map.groupBy(rows, ({ run }) => run)].map(([run, stages]) => [run, stateOf(stages, stages[0]!.whole === 1)]))
}
