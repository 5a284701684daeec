/** Stage executions: looked up, opened, stepped, closed. */
import * as Effect from "effect/Effect"
import { sha256 } from "../../pipeline/plan/Canonical.ts"
import { type Journal, JournalError } from "../../pipeline/run/journal.ts"
import type { AtStep, FinishedStage, Ledger } from "../../pipeline/run/ledger.ts"
import type { Artifact, KeptRecord, StageRecord } from "../../pipeline/run/Records.ts"
import { dropBest, dropCheckpoints, forget, intact, noteNamed, releasePending, removeFiles } from "./artifacts.ts"
import type { Connection } from "./Connection.ts"
import { rewindRecords } from "./rewind.ts"
import { writeSteps } from "./steps.ts"
import { type Check, stands } from "./whole.ts"

interface StageRow {
  readonly id: number
  readonly status: "running" | "done" | "failed"
  readonly output: string | null
  readonly subject: string | null
}

const find = ({ sql }: Connection, fingerprint: string): StageRow | undefined =>
  sql("SELECT id, status, output, subject FROM stage WHERE fingerprint = ?").get(fingerprint) as
    | StageRow
    | undefined

/** An artifact as columns of a row. */
type Columns = readonly [hash: string, bytes: number, mediaType: string, content: string | null]

const fromColumns = ([hash, bytes, mediaType]: Columns): Artifact => ({ hash, bytes, mediaType })
const isSound = ([hash, , , content]: Columns): boolean => content === null || sha256(content) === hash
const isFile = ([, , , content]: Columns): boolean => content === null

/** Finished stages whose texts are sound, with the hashes of those of their artifacts that are files. One question for all: a study has many. */
const finished = ({ sql }: Connection, fingerprints: ReadonlyArray<string>) => {
  const rows = sql(`
    SELECT s.id, s.fingerprint, s.subject IS NULL, o.hash, o.bytes, o.media_type, o.content, p.hash, p.bytes, p.media_type, p.content
    FROM json_each(?) f JOIN stage s ON s.fingerprint = f.value
      JOIN artifact o ON o.hash = s.output LEFT JOIN artifact p ON p.hash = s.subject
    WHERE s.status = 'done'`)
    .raw().iterate(JSON.stringify(fingerprints)) as IterableIterator<readonly [number, string, number, ...Columns, ...Columns]>
  const found: Array<{ readonly fingerprint: string; readonly stage: FinishedStage; readonly files: ReadonlyArray<string> }> = []
  for (const [id, fingerprint, leaves, ...columns] of rows) {
    const output = columns.slice(0, 4) as unknown as Columns
    const subject = leaves === 1 ? undefined : columns.slice(4) as unknown as Columns
    const all = subject === undefined ? [output] : [output, subject]
    if (!all.every(isSound)) continue
    const stage = { id, output: fromColumns(output), subject: subject === undefined ? undefined : fromColumns(subject) }
    found.push({ fingerprint, stage, files: all.filter(isFile).map(([hash]) => hash) })
  }
  return found
}

/** Those of the fingerprints that are finished, and whose results are here and whole. */
export const findStages = Effect.fnUntraced(function*(connection: Connection, fingerprints: ReadonlyArray<string>) {
  const stages = new Map<string, FinishedStage>()
  for (const { files, fingerprint, stage } of yield* connection.read("findStage", () => finished(connection, fingerprints))) {
    const sound = yield* Effect.forEach(files, (hash) => stands(connection, "findStage", hash))
    if (sound.every((isSound) => isSound)) stages.set(fingerprint, stage)
  }
  return stages
})

/** Empties a finished stage; runs that rested on it are no longer done. */
const clear = (connection: Connection, row: StageRow): ReadonlyArray<string> => {
  const { handle: { sqlite }, sql } = connection
  rewindRecords(sqlite, row.id, -1)
  const kept = sql("DELETE FROM kept_weights WHERE stage = ? RETURNING artifact").pluck().all(row.id)
  sql("UPDATE stage SET output = NULL, subject = NULL WHERE id = ?").run(row.id)
  sql(`
    UPDATE run SET status = 'planned', ended_at = NULL
    WHERE status = 'done' AND id IN (SELECT run FROM run_stage WHERE stage = ?)`).run(row.id)
  return forget(connection, [row.output, row.subject, ...kept as Array<string>].filter((hash) => hash !== null))
}

const openStage = (connection: Connection, record: StageRecord) =>
  Effect.flatMap(
    connection.writeClaimed("openStage", record.fingerprint, (now) => {
      const { sql } = connection
      const known = find(connection, record.fingerprint)
      const dropped = known?.status === "done" ? clear(connection, known) : []
      const id = Number(
        sql(`
          INSERT INTO stage (fingerprint, kind, name, config, preimage, status, started_at)
          VALUES (?, ?, ?, ?, ?, 'running', ?)
          ON CONFLICT (fingerprint) DO UPDATE SET status = 'running', error = NULL, ended_at = NULL
          RETURNING id`)
          .pluck()
          .get(record.fingerprint, record.kind, record.name, JSON.stringify(record.config), record.preimage, now)
      )
      const input = sql(
        "INSERT INTO stage_io (stage, role, fingerprint) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
      )
      for (const { fingerprint, role } of record.inputs) input.run(id, role, fingerprint)
      connection.statements.metricKeys.declare(id, record.metrics)
      return { id, dropped }
    }),
    ({ dropped, id }) => Effect.as(removeFiles(connection, dropped), id)
  )

const lastCheckpoint = (connection: Connection, stage: number, check?: Check) =>
  Effect.gen(function*() {
    const candidates = yield* connection.read("lastCheckpoint", () =>
      connection.sql(`
        SELECT c.step, a.hash, a.bytes, a.media_type AS mediaType
        FROM checkpoint c JOIN artifact a ON a.hash = c.artifact
        WHERE c.stage = ? ORDER BY c.step DESC`).all(stage) as Array<Artifact & { readonly step: number }>)
    for (const { step, ...artifact } of candidates) {
      const best = yield* bestUntil(connection, stage, step)
      // best weights that are lost come again only where the steps that they were the best of do
      const needed = best === undefined ? [artifact] : [artifact, best.artifact]
      const sound = yield* Effect.forEach(needed, (one) => intact(connection, "lastCheckpoint", one, check))
      if (sound.every((isSound) => isSound)) return { step, artifact }
    }
    return undefined
  })

/** The best weights that were committed with a step or before it, whatever became of their file. */
const bestUntil = (connection: Connection, stage: number, step: number) =>
  Effect.map(
    connection.read("bestWeights", () =>
      connection.sql(`
        SELECT b.step, b.value, a.hash, a.bytes, a.media_type AS mediaType
        FROM best_weights b JOIN artifact a ON a.hash = b.artifact
        WHERE b.stage = ? AND b.step <= ? ORDER BY b.step DESC LIMIT 1`)
        .get(stage, step) as Artifact & { readonly step: number; readonly value: number } | undefined),
    (row) => {
      if (row === undefined) return undefined
      const { step, value, ...artifact } = row
      return { step, value, artifact }
    }
  )

const bestWeights = Effect.fnUntraced(function*(connection: Connection, stage: number) {
  const best = yield* bestUntil(connection, stage, Number.MAX_SAFE_INTEGER)
  if (best === undefined || (yield* intact(connection, "bestWeights", best.artifact))) return best
  const path = connection.objects.path(best.artifact.hash)
  const message = `The best weights so far, those of step ${best.step}, are lost or altered: ${path}. Run the study again: the loop then begins anew.`
  return yield* new JournalError({ operation: "bestWeights", message })
})

const unfinishedStep = (connection: Connection, fingerprint: string) =>
  Effect.gen(function*() {
    const row = yield* connection.read("unfinishedStep", () => find(connection, fingerprint))
    if (row === undefined || row.status === "done") return undefined
    return (yield* lastCheckpoint(connection, row.id, stands))?.step
  })

/** One transaction, and then the deletion of the files that it made superfluous, of which nothing on disk may speak any more. */
const writeAndRemove = (
  connection: Connection,
  operation: string,
  stage: number,
  work: (now: string) => ReadonlyArray<string>
): Effect.Effect<void, JournalError> =>
  Effect.flatMap(connection.commitStage(operation, stage, work), (dropped) => removeFiles(connection, dropped))

/** What the ledger tells of stages. */
export const ledgerMethods = (connection: Connection): Ledger["Service"] => ({
  findStage: (fingerprint) => Effect.map(findStages(connection, [fingerprint]), (found) => found.get(fingerprint)),
  finished: (fingerprints) => Effect.map(findStages(connection, fingerprints), (found) => new Set(found.keys())),
  unfinishedStep: (fingerprint) => unfinishedStep(connection, fingerprint),
  lastValue: (fingerprint, { name, scope }) =>
    connection.read("lastValue", () =>
      connection.sql(`
        SELECT l.value FROM stage s JOIN last_value l ON l.stage = s.id JOIN metric_key k ON k.id = l.key
        WHERE s.fingerprint = ? AND s.status = 'done' AND k.scope = ? AND k.name = ?`)
        .pluck().get(fingerprint, scope, name) as number | null | undefined),
  curve: (fingerprint, metric) =>
    connection.read("curve", () =>
      connection.sql(`
        SELECT m.step, m.value FROM stage s JOIN last_value l ON l.stage = s.id JOIN metric_key k ON k.id = l.key
          JOIN metric m ON m.stage = s.id AND m.key = l.key
        WHERE s.fingerprint = ? AND s.status = 'done' AND iif(k.scope = '', k.name, k.scope || '/' || k.name) = ? ORDER BY m.step`)
        .all(fingerprint, metric) as Array<AtStep>)
})

/** What the journal does with stages. */
export const stageMethods = (
  connection: Connection
): Pick<
  Journal["Service"],
  | "openStage"
  | "commitStep"
  | "commitSteps"
  | "lastCheckpoint"
  | "bestWeights"
  | "rewind"
  | "closeStage"
  | "findAnswer"
  | "keepAnswer"
  | "forgetAnswers"
  | "failStage"
> => ({
  openStage: (record) => openStage(connection, record),
  commitStep: (stage, step) =>
    // a resumed stage does the steps after its last checkpoint again, so those need not outlive a power cut
    step.checkpoint === undefined ? Effect.tap(
      connection.writeStage("commitStep", stage, (now) => {
        writeSteps(connection.statements, stage, [step], now)
        noteNamed(connection, step.best?.artifact)
      }),
      () => Effect.sync(() => releasePending(connection, step.best?.artifact))
    ) : Effect.tap(
      writeAndRemove(connection, "commitStep", stage, (now) => {
        writeSteps(connection.statements, stage, [step], now)
        noteNamed(connection, step.checkpoint, step.best?.artifact)
        // until a newer training state is in, a resumed stage may need older best weights and answers again
        connection.statements.forgetAnswers.run(stage)
        return [
          ...dropCheckpoints(connection, stage, "before", step.step),
          ...dropBest(connection, stage, "before", step.step)
        ]
      }),
      () => Effect.sync(() => releasePending(connection, step.checkpoint, step.best?.artifact))
    ),
  commitSteps: (stage, steps) =>
    connection.writeStage("commitSteps", stage, (now) => writeSteps(connection.statements, stage, steps, now)),
  lastCheckpoint: (stage) => lastCheckpoint(connection, stage),
  bestWeights: (stage) => bestWeights(connection, stage),
  rewind: (stage, step) =>
    writeAndRemove(connection, "rewind", stage, () => {
      rewindRecords(connection.handle.sqlite, stage, step)
      return [...dropCheckpoints(connection, stage, "after", step), ...dropBest(connection, stage, "after", step)]
    }),
  closeStage: (stage, { kept = [], output, records, subject }) =>
    Effect.tap(
      writeAndRemove(connection, "closeStage", stage, (now) => {
        const { sql } = connection
        if (records !== undefined) writeSteps(connection.statements, stage, [records], now)
        const keep = sql("INSERT INTO kept_weights (stage, role, step, artifact) VALUES (?, ?, ?, ?)")
        for (const { artifact, role, step } of kept) keep.run(stage, role, step, artifact.hash)
        sql("UPDATE stage SET status = 'done', output = ?, subject = ?, error = NULL, ended_at = ? WHERE id = ?")
          .run(output.hash, subject?.hash ?? null, now, stage)
        noteNamed(connection, output, subject, ...lastOf(kept))
        // A finished stage is never resumed, so its training state is of no more use, nor are answers.
        connection.statements.forgetAnswers.run(stage)
        return [...dropCheckpoints(connection, stage, "all"), ...dropBest(connection, stage, "all")]
      }),
      () =>
        Effect.sync(() => {
          releasePending(connection, output, subject, ...lastOf(kept)) // best weights were released with their step
          connection.statements.metricKeys.forget(stage)
        })
    ),
  findAnswer: (stage, key) =>
    connection.read("findAnswer", () => connection.statements.findAnswer.get(stage, key) as string | undefined),
  keepAnswer: (stage, key, answer) =>
    connection.writeStage("keepAnswer", stage, () => void connection.statements.keepAnswer.run(stage, key, answer)),
  forgetAnswers: (stage) => connection.writeStage("forgetAnswers", stage, () => void connection.statements.forgetAnswers.run(stage)),
  failStage: (stage, error) =>
    connection.writeStage("failStage", stage, (now) => {
      // what is done stays so, though something went wrong behind it
      connection.sql("UPDATE stage SET status = 'failed', error = ?, ended_at = ? WHERE id = ? AND status <> 'done'")
        .run(error, now, stage)
    })
})

const lastOf = (kept: ReadonlyArray<KeptRecord>): ReadonlyArray<Artifact> =>
  kept.filter(({ role }) => role === "last").map(({ artifact }) => artifact)
