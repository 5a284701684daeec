/** Runs that leave the views, since the study is no longer what they are of. They stay in the database. */
import { agree, type Stage, stateOf } from "../../pipeline/plan/state.ts"
import { statesIn } from "../states.ts"
import type { Connection } from "./Connection.ts"

/** A run that was opened, with the stages that it is to have. */
export interface Opened {
  readonly id: number
  readonly experiment: number
  readonly variant: string
  readonly stages: ReadonlyArray<Stage>
}

/** Takes runs of the same variants out of the views whose stages are others than those of what was opened: one row of a table has one state of a study. */
export const retireOtherStates = ({ handle: { sqlite }, sql }: Connection, opened: ReadonlyArray<Opened>): void => {
  const ids = new Set(opened.map(({ id }) => id))
  const variants = new Map(opened.map((run) => [`${run.experiment} ${run.variant}`, run]))
  for (const { experiment, stages, variant } of variants.values()) {
    const current = sql("SELECT id FROM run WHERE experiment = ? AND variant = ? AND current = 1").pluck().all(experiment, variant) as Array<number>
    const others = current.filter((id) => !ids.has(id))
    if (others.length === 0) continue
    const state = stateOf(stages, true)
    for (const [id, other] of statesIn(sqlite, "main", others)) {
      if (!agree(state, other)) sql("UPDATE run SET current = 0 WHERE id = ?").run(id)
    }
  }
}

/** Takes runs of the experiment that are no longer planned out of the views, unless other processes are on it. */
export const retireRuns = (connection: Connection, experiment: string, keep: ReadonlyArray<number>) =>
  connection.write("retireRuns", () => {
    connection.sql(`
      UPDATE run SET current = 0
      WHERE current = 1 AND experiment = (SELECT id FROM experiment WHERE name = @experiment)
        AND id NOT IN (SELECT value FROM json_each(@keep))
        AND NOT EXISTS (SELECT 1 FROM worker WHERE experiment = @experiment AND id <> @worker)`)
      .run({ experiment, keep: JSON.stringify(keep), worker: connection.worker ?? "" })
  })
