/** Experiments and runs, as rows. */
import * as Effect from "effect/Effect"
import { sha256 } from "../../pipeline/plan/Canonical.ts"
import { type Journal, JournalError } from "../../pipeline/run/journal.ts"
import type { Environment, ExperimentRecord, RunRecord } from "../../pipeline/run/Records.ts"
import type { Connection } from "./Connection.ts"
import { retireOtherStates, retireRuns } from "./retire.ts"

type Scalar = null | boolean | number | string

/** The driver binds every number as REAL; integers go in as integers, so that plain SQL prints 8 and not 8.0. */
const bind = (value: Scalar): null | bigint | number | string => {
  if (typeof value === "boolean") return BigInt(value)
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value
}

const typeOf = (value: Scalar): string => value === null ? "null" : typeof value

const factsOf = ({ sql }: Connection, environment: number): Environment["facts"] =>
  Object.fromEntries(
    sql("SELECT name, value FROM environment_fact WHERE environment = ?").raw().all(environment) as Array<[string, string | number]>
  )

/** Runs that executed the stage themselves get an environment that has these facts, too. */
const noteFacts = (connection: Connection, stage: number, facts: Environment["facts"]) =>
  connection.write("noteFacts", (now) => {
    const { sql } = connection
    const runs = sql(`
      SELECT r.id, r.environment FROM run r JOIN run_stage rs ON rs.run = r.id WHERE rs.stage = ? AND rs.reused = 0`)
      .all(stage) as Array<{ readonly id: number; readonly environment: number }>
    const update = sql("UPDATE run SET environment = ? WHERE id = ?")
    for (const { environment, id } of runs) {
      update.run(writeEnvironment(connection, { facts: { ...factsOf(connection, environment), ...facts } }, now), id)
    }
  })

const sorted = ({ facts }: Environment) => Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1))

/** By environment, as all runs of a study have the same, with a diff of many lines in it. */
const digests = new WeakMap<Environment, string>()

const digestOf = (environment: Environment): string => {
  const digest = digests.get(environment) ?? sha256(JSON.stringify(sorted(environment)))
  digests.set(environment, digest)
  return digest
}

/** Environments with the same facts are one row. Inside the caller's transaction. */
const writeEnvironment = ({ sql }: Connection, environment: Environment, now: string): number => {
  const digest = digestOf(environment)
  const known = sql("SELECT id FROM environment WHERE digest = ?").pluck().get(digest)
  if (known !== undefined) return Number(known)
  const id = sql("INSERT INTO environment (digest, created_at) VALUES (?, ?)").run(digest, now)
    .lastInsertRowid
  const insert = sql("INSERT INTO environment_fact (environment, name, value) VALUES (?, ?, ?)")
  for (const [name, value] of sorted(environment)) insert.run(id, name, bind(value))
  return Number(id)
}

/** A variant that the study no longer has stays while runs name it, but is nobody's baseline. */
const writeVariants = ({ sql }: Connection, experiment: number, variants: ExperimentRecord["variants"]): void => {
  sql("UPDATE variant SET role = 'variant' WHERE experiment = ?").run(experiment)
  sql(`
    DELETE FROM variant WHERE experiment = ?
      AND NOT EXISTS (SELECT 1 FROM run r WHERE r.experiment = variant.experiment AND r.variant = variant.name)`)
    .run(experiment)
  const upsert = sql(`
    INSERT INTO variant (experiment, name, cell, role, ordinal) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET cell = excluded.cell, role = excluded.role, ordinal = excluded.ordinal`)
  variants.forEach((variant, i) => {
    upsert.run(experiment, variant.name, JSON.stringify(variant.cell), variant.role, i)
  })
}

const openExperiment = (connection: Connection, record: ExperimentRecord, environment: Environment) =>
  connection.write("openExperiment", (now) => {
    const id = Number(
      connection.sql(`
        INSERT INTO experiment (name, question, file, "table", environment, created_at)
        VALUES (@name, @question, @file, @table, @environment, @now)
        ON CONFLICT (name) DO UPDATE SET question = excluded.question, file = excluded.file,
          "table" = excluded."table", environment = excluded.environment
        RETURNING id`)
        .pluck()
        .get({
          name: record.name,
          question: record.question,
          file: record.file,
          table: JSON.stringify(record.table),
          environment: writeEnvironment(connection, environment, now),
          now
        })
    )
    writeVariants(connection, id, record.variants)
    if (connection.worker !== undefined) {
      connection.sql("UPDATE worker SET experiment = ? WHERE id = ?").run(record.name, connection.worker)
    }
    return id
  })

const writeParams = ({ sql }: Connection, run: number, params: RunRecord["params"]): void => {
  sql("DELETE FROM param WHERE run = ?").run(run)
  const insert = sql("INSERT INTO param (run, path, type, value) VALUES (?, ?, ?, ?)")
  for (const { path, value } of params) insert.run(run, path, typeOf(value), bind(value))
}

/** A finished run stays finished, with the environment that it ran in, and one that a process has in hand stays as it is; any other is planned anew. */
const kept = "(status = 'done' OR EXISTS (SELECT 1 FROM claim WHERE name = 'run ' || run.id))"

const writeRun = (connection: Connection, experiment: number, record: RunRecord, environment: number): number => {
  const { sql } = connection
  const row = { experiment, environment, variant: record.variant, seed: record.seed, fingerprint: record.fingerprint }
  sql(`
    UPDATE run SET current = 0
    WHERE experiment = @experiment AND variant = @variant AND seed = @seed AND fingerprint <> @fingerprint`).run(row)
  return Number(
    sql(`
      INSERT INTO run (experiment, variant, seed, fingerprint, status, current, environment)
      VALUES (@experiment, @variant, @seed, @fingerprint, 'planned', 1, @environment)
      ON CONFLICT (experiment, variant, seed, fingerprint) DO UPDATE SET current = 1,
        environment = CASE WHEN ${kept} THEN environment ELSE excluded.environment END,
        error = CASE WHEN ${kept} THEN error END,
        ended_at = CASE WHEN ${kept} THEN ended_at END,
        status = CASE WHEN ${kept} THEN status ELSE 'planned' END
      RETURNING id`).pluck().get(row)
  )
}

const unknownVariant = (connection: Connection, { experiment, variant }: RunRecord): JournalError =>
  new JournalError({
    operation: "openRun",
    message: `The experiment ${experiment} has no variant ${variant} in ${connection.handle.file}. ` +
      "Open the experiment with all its variants before its runs."
  })

const openRuns = (connection: Connection, runs: Parameters<Journal["Service"]["openRuns"]>[0]) =>
  Effect.flatMap(
    connection.write("openRun", (now) => {
      const find = connection
        .sql("SELECT e.id FROM experiment e JOIN variant v ON v.experiment = e.id WHERE e.name = ? AND v.name = ?")
        .pluck()
      const experiments = runs.map(({ record }) => find.get(record.experiment, record.variant) as number | undefined)
      const unknown = runs.find((_, i) => experiments[i] === undefined)
      if (unknown !== undefined) return { unknown: unknown.record }
      const ids = runs.map(({ environment, record }, i) => {
        const run = writeRun(connection, experiments[i]!, record, writeEnvironment(connection, environment, now))
        writeParams(connection, run, record.params)
        return run
      })
      retireOtherStates(connection, runs.flatMap(({ record: { variant }, stages }, i) =>
        stages === undefined ? [] : [{ id: ids[i]!, experiment: experiments[i]!, variant, stages }]))
      return { ids }
    }),
    ({ ids, unknown }) => unknown === undefined ? Effect.succeed(ids) : Effect.fail(unknownVariant(connection, unknown))
  )

export const runMethods = (
  connection: Connection
): Pick<Journal["Service"], "openExperiment" | "openRun" | "openRuns" | "isDone" | "retireRuns" | "closeRun" | "linkStage" | "noteFacts"> => ({
  noteFacts: (stage, facts) => noteFacts(connection, stage, facts),
  openExperiment: (record, environment) => openExperiment(connection, record, environment),
  openRun: (record, environment) => Effect.map(openRuns(connection, [{ record, environment }]), ([id]) => id!),
  openRuns: (runs) => openRuns(connection, runs),
  isDone: (run, stages) =>
    connection.read("isDone", () => {
      const rows = connection.sql(`
        SELECT s.fingerprint, rs.label FROM run r JOIN run_stage rs ON rs.run = r.id JOIN stage s ON s.id = rs.stage
        WHERE r.id = ? AND r.status = 'done' ORDER BY rs.position`).raw().all(run) as Array<readonly [string, string]>
      return rows.length === stages.length &&
        rows.every(([fingerprint, label], i) => fingerprint === stages[i]!.fingerprint && label === stages[i]!.label)
    }),
  retireRuns: (experiment, keep) => retireRuns(connection, experiment, keep),
  closeRun: (run, status, error) =>
    connection.commit("closeRun", (now) => {
      // A run that is done, whoever did it, stays so with the time at which it ended, unless it was found to fail.
      connection.sql(`
        UPDATE run SET status = @status, error = @error, ended_at = @now
        WHERE id = @run AND NOT (status = 'done' AND @status <> 'failed')
          AND NOT EXISTS (SELECT 1 FROM claim WHERE name = 'run ' || run.id AND worker <> @worker)`)
        .run({ run, status, error: error ?? null, now, worker: connection.worker ?? "" })
    }),
  linkStage: ({ label, position, reused, run, stage }) =>
    connection.write("linkStage", (now) => {
      connection.sql(`
        INSERT INTO run_stage (run, position, stage, reused, label) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET stage = excluded.stage, reused = excluded.reused, label = excluded.label`)
        .run(run, position, stage, reused ? 1 : 0, label)
      connection.sql(`
        UPDATE run SET status = 'running', started_at = coalesce(started_at, ?) WHERE id = ? AND status IN ('planned', 'interrupted')`)
        .run(now, run)
    })
})
