/** All runs of an experiment, also those from before it changed, as a list of them shows each. */
import { question } from "../Database.ts"

export interface RunRow {
  readonly run: number
  readonly variant: string
  readonly role: "variant" | "baseline" | "reference"
  readonly seed: number
  readonly status: "planned" | "running" | "done" | "failed" | "interrupted"
  /** 0 where the study has changed since. */
  readonly current: 0 | 1
  readonly error: string | null
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly stages: number
  /** How many of its stages were finished before it came to them. */
  readonly reused: number
}

/** In table order, by seed, later runs of a place first. */
export const runTable = question(({ sqlite }, experiment: string) =>
  sqlite.prepare(`
    SELECT r.id AS run, r.variant, v.role, r.seed, r.status, r.current, r.error, r.started_at AS startedAt, r.ended_at AS endedAt,
      (SELECT count(*) FROM run_stage WHERE run = r.id) AS stages,
      (SELECT count(*) FROM run_stage WHERE run = r.id AND reused) AS reused
    FROM experiment e
    JOIN variant v ON v.experiment = e.id
    JOIN run r ON r.experiment = e.id AND r.variant = v.name
    WHERE e.name = ? ORDER BY v.ordinal, r.seed, r.id DESC`).all(experiment) as Array<RunRow>)
