/** How far the runs of an experiment are, from what was committed. */
import { question } from "../Database.ts"

/** A stage that a run has come to, and how far it is. Times are ISO 8601. */
export interface StageProgress {
  readonly label: string
  /** It was finished before the run came to it. */
  readonly reused: boolean
  readonly status: "running" | "done" | "failed"
  readonly startedAt: string
  readonly endedAt: string | null
  /** Steps that are committed, of how many: 0 of null for a stage that has none. */
  readonly done: number
  readonly of: number | null
}

export interface RunProgress {
  readonly run: number
  readonly variant: string
  readonly seed: number
  readonly status: "planned" | "running" | "done" | "failed" | "interrupted"
  /** Those that it has come to, in their order. */
  readonly stages: ReadonlyArray<StageProgress>
}

interface Row extends Omit<RunProgress, "stages">, Omit<StageProgress, "label" | "reused" | "status"> {
  readonly label: string | null
  readonly reused: number
  readonly stageStatus: StageProgress["status"]
}

/** Current runs of an experiment, in table order and by seed. */
export const progress = question(({ sqlite }, experiment: number): ReadonlyArray<RunProgress> => {
  const rows = sqlite.prepare(`
    SELECT r.id AS run, r.variant, r.seed, r.status, rs.label, rs.reused, s.status AS stageStatus, s.started_at AS startedAt,
      s.ended_at AS endedAt, s.config ->> '$.steps' AS "of",
      coalesce((SELECT max(l.step) + 1 FROM last_value l WHERE l.stage = s.id), 0) AS done
    FROM run r JOIN variant v ON v.experiment = r.experiment AND v.name = r.variant
    LEFT JOIN run_stage rs ON rs.run = r.id LEFT JOIN stage s ON s.id = rs.stage
    WHERE r.experiment = ? AND r.current = 1 ORDER BY v.ordinal, r.seed, rs.position`).all(experiment) as Array<Row>
  return [...Map.groupBy(rows, ({ run }) => run).values()].map((of): RunProgress => ({
    run: of[0]!.run,
    variant: of[0]!.variant,
    seed: of[0]!.seed,
    status: of[0]!.status,
    stages: of.flatMap(({ label, reused, stageStatus, ...row }) =>
      label === null
        ? []
        : [{ label, reused: reused === 1, status: stageStatus, startedAt: row.startedAt, endedAt: row.endedAt, ...stepsOf(row) }]
    )
  }))
})

/** Steps are those of a training loop, which says in its config how many it has. */
const stepsOf = ({ done, of }: Pick<Row, "done" | "of">): Pick<StageProgress, "done" | "of"> =>
  typeof of === "number" && of > 0 ? { done, of } : { done: 0, of: null }
