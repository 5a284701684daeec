/** What is asked to say why a stage runs: what stood in its place before, what became of an execution, what code was made of. */
import type { FinishedStage } from "../../pipeline/run/ledger.ts"
import { question } from "../Database.ts"

/** A stage of a run as it stood there. */
export interface StageBefore {
  readonly run: number
  readonly label: string
  readonly fingerprint: string
  readonly preimage: string
  /** Whether the run came to its end: one that did not has its first stages only. */
  readonly done: 0 | 1
}

/** Stages of the runs of a place, the current run's last: of two with one label the later is what stood there before. */
export const stagesBefore = question(({ sqlite }, experiment: string, variant: string, seed: number) =>
  sqlite.prepare(`
    SELECT r.id AS run, rs.label, s.fingerprint, s.preimage, r.status = 'done' AS done
    FROM experiment e JOIN run r ON r.experiment = e.id AND r.variant = ? AND r.seed = ?
    JOIN run_stage rs ON rs.run = r.id JOIN stage s ON s.id = rs.stage
    WHERE e.name = ? ORDER BY r.current, r.id, rs.position`).all(variant, seed, experiment) as Array<StageBefore>)

/** How an execution stands. */
export interface StageState {
  readonly status: "running" | "done" | "failed"
  readonly error: string | null
  /** Its result, by the hash of the file; null where that is a short text or nothing. */
  readonly output: string | null
  /** The policy that it hands on, likewise. */
  readonly subject: string | null
}

export const stageState = question(({ sqlite }, fingerprint: string) =>
  sqlite.prepare(`
    SELECT status, error, (SELECT hash FROM artifact WHERE hash = output AND content IS NULL) AS output, subject
    FROM stage WHERE fingerprint = ?`).get(fingerprint) as StageState | undefined)

/** A finished execution as it was written down, whether its files are there or not; undefined where it did not finish. */
export const recordedStage = question(({ sqlite }, fingerprint: string): FinishedStage | undefined => {
  const row = sqlite.prepare("SELECT id, output, subject FROM stage WHERE fingerprint = ? AND status = 'done'").get(fingerprint) as
    | { readonly id: number; readonly output: string; readonly subject: string | null }
    | undefined
  const artifact = sqlite.prepare("SELECT hash, bytes, media_type AS mediaType FROM artifact WHERE hash = ?")
  return row === undefined ? undefined : {
    id: row.id,
    output: artifact.get(row.output) as FinishedStage["output"],
    subject: row.subject === null ? undefined : artifact.get(row.subject) as FinishedStage["output"]
  }
})

/** What is known of some code by its hash; undefined where it was never noted. */
export const codeBehind = question(({ sqlite }, hash: string) =>
  sqlite.prepare("SELECT assay, outline FROM code WHERE hash = ?").get(hash) as { readonly assay: string; readonly outline: string } | undefined)

/** Hashes of all code that is noted. */
export const knownCode = question(({ sqlite }) => new Set(sqlite.prepare("SELECT hash FROM code").pluck().all() as Array<string>))

/** A policy as it was before any stage changed it, by its fingerprint. */
export const policyBefore = question(({ sqlite }, fingerprint: string) =>
  sqlite.prepare("SELECT preimage FROM policy WHERE fingerprint = ?").pluck().get(fingerprint) as string | undefined)

/** What a finished execution took. */
export interface Took {
  readonly label: string
  readonly kind: string
  readonly name: string
  readonly seconds: number
  /** Steps that it has, for a training loop. */
  readonly steps: number | null
  /** Of files: its result, the policy that it hands on, weights that it keeps. */
  readonly bytes: number
}

const took = `
  s.kind, s.name, s.config ->> '$.steps' AS steps, (julianday(s.ended_at) - julianday(s.started_at)) * 86400 AS seconds,
  (SELECT coalesce(sum(bytes), 0) FROM artifact WHERE hash IN (
    s.output, s.subject, (SELECT artifact FROM kept_weights WHERE stage = s.id AND role = 'best'),
    (SELECT artifact FROM kept_weights WHERE stage = s.id AND role = 'last'))) AS bytes`

/** How many runs, or executions, are looked at: the latest. */
const latest = { runs: 100, executions: 2000 }

/** What the latest executions of an experiment took, by their labels there. */
export const tookInExperiment = question(({ sqlite }, experiment: string) =>
  sqlite.prepare(`
    SELECT rs.label, ${took}
    FROM (
      SELECT r.id FROM experiment e JOIN run r ON r.experiment = e.id WHERE e.name = ? ORDER BY r.id DESC LIMIT ${latest.runs}
    ) r
    JOIN run_stage rs ON rs.run = r.id AND NOT rs.reused
    JOIN stage s ON s.id = rs.stage AND s.status = 'done'`).all(experiment) as Array<Took>)

/** What the latest executions of the whole database took. */
export const tookAnywhere = question(({ sqlite }) =>
  sqlite.prepare(`
    SELECT '' AS label, ${took} FROM stage s
    WHERE s.id > (SELECT max(id) - ${latest.executions} FROM stage) AND s.status = 'done'`).all() as Array<Took>)
