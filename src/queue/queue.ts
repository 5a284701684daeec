/** The queue of cells: what is submitted, who works on it, and how it ended. */
import * as Array from "effect/Array"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as PersistedQueue from "effect/persistence/PersistedQueue"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import { reasonOf } from "../pipeline/reason.ts"
import { type Address, shown } from "./address.ts"
import { QueueError } from "./queueError.ts"
import type { Seen } from "../store/index.ts"
import { layer as sqlite } from "./sqlite.ts"
import { Cell, Content, idOf } from "./submission.ts"
import * as Tables from "./Tables.ts"

/** Cells that are submitted in one transaction. */
const portion = 250

/** For how long a queue may be away before what needs it fails. */
const patience = "5 minutes"

/** How long an answer may take. Later than that, nobody is there any more: a machine that lost its power, or a firewall that forgot the connection, says nothing. */
export const answerTime = "30 seconds"

/** Mistakes that are the same the next time. */
const lasting = ["AuthenticationError", "AuthorizationError", "ConstraintError", "SqlSyntaxError", "UniqueViolation"]

const isLasting = (error: unknown): boolean => isSqlError(error) && lasting.includes(error.reason._tag)

/** How a cell stands that has been begun. */
export interface News {
  readonly fingerprint: string
  readonly state: "running" | "done" | "failed" | "merged"
  readonly worker: string | null
  readonly message: string | null
  readonly exit_code: number | null
}

/** A submission that has cells to do. */
export interface Open {
  readonly id: string
  readonly content: Content
  readonly queued: number
  readonly running: number
}

const client = (address: Address): Layer.Layer<SqlClient.SqlClient, SqlError> =>
  address.kind === "sqlite"
    ? sqlite(address.file)
    : Layer.unwrap(Effect.map(Effect.promise(() => import("@effect/sql-pg/PgClient")), (Pg) =>
      Pg.layer({ url: Redacted.make(address.url), applicationName: "assay", maxConnections: 4, keepAlive: "10 seconds" })))

const away = (address: Address, what: "reached" | "used") => (cause: unknown): QueueError =>
  new QueueError({ reason: "away", message: `The queue ${shown(address)} cannot be ${what}: ${reasonOf(cause)}. Is it there, and may this user write to it?`, cause })

const make = (address: Address) => Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const unusable = away(address, "used")

  /** Waits for a queue that is away for a while, as a server that is started anew. */
  const patiently = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, QueueError, R> =>
    Effect.mapError(Effect.retry(Effect.timeout(effect, answerTime), { while: (error) => !isLasting(error), schedule: Schedule.spaced("1 second").pipe(Schedule.upTo({ duration: patience })) }), unusable)

  yield* Effect.mapError(Tables.create, unusable)

  /** Effect's queue of a submission, for the scope. */
  const elements = Effect.fnUntraced(function*(submission: string, lease: number) {
    const store = PersistedQueue.layerStoreSql({
      tableName: Tables.elements,
      pollInterval: "500 millis",
      lockRefreshInterval: Duration.seconds(lease / 4),
      lockExpiration: Duration.seconds(lease)
    })
    const built = Layer.build(PersistedQueue.layer.pipe(Layer.provide(store), Layer.provide(Layer.succeed(SqlClient.SqlClient, sql))))
    const context = yield* patiently(Effect.catchDefect(built, Effect.fail))
    // how often a cell may be delivered is our business: what becomes of one that kills its workers must be told
    return yield* Effect.provideContext(PersistedQueue.make({ name: submission, schema: Cell, maxAttempts: 1_000_000 }), context)
  })

  const note = (submission: string, [first, ...rest]: readonly [Cell, ...Array<Cell>]) => {
    const row = ({ fingerprint }: Cell) => ({ submission, fingerprint, attempt: 0, state: "queued" })
    return sql<{ readonly fingerprint: string; readonly attempt: number }>`
      INSERT INTO assay_cell ${sql.insert([row(first), ...rest.map(row)])}
      ON CONFLICT (submission, fingerprint) DO UPDATE SET attempt = assay_cell.attempt + 1, state = 'queued', message = NULL, exit_code = NULL
        WHERE assay_cell.state NOT IN ('queued', 'running')
      RETURNING fingerprint, attempt`
  }

  const offer = (id: string, queue: PersistedQueue.PersistedQueue<Cell>) => (some: readonly [Cell, ...Array<Cell>]) =>
    patiently(sql.withTransaction(Effect.gen(function*() {
      const fresh = new Map((yield* note(id, some)).map(({ attempt, fingerprint }) => [fingerprint, attempt]))
      for (const cell of some) {
        const attempt = fresh.get(cell.fingerprint)
        if (attempt !== undefined) yield* queue.offer({ ...cell, attempt }, { id: `${cell.fingerprint}.${attempt}` })
      }
    })))

  return {
    /** Puts cells in, and returns the id of the submission. Those that are in already, and not ended, stay. */
    submit: Effect.fnUntraced(function*(content: Content, cells: ReadonlyArray<Cell>) {
      const id = idOf(content)
      const queue = yield* elements(id, content.lease)
      const now = new Date().toISOString()
      yield* patiently(sql`
        INSERT INTO assay_submission ${sql.insert({ id, experiment: content.experiment, content: JSON.stringify(content), submitted_at: now })}
        ON CONFLICT (id) DO UPDATE SET content = excluded.content`)
      yield* Effect.forEach(Array.chunksOf(cells, portion), offer(id, queue), { discard: true })
      return id
    }, Effect.scoped),

    /** Puts a cell in anew that has ended, as its results are gone. */
    again: Effect.fnUntraced(function*(submission: string, lease: number, cell: Cell) {
      yield* offer(submission, yield* elements(submission, lease))([cell])
    }, Effect.scoped),

    /** Submissions that have something to do, the oldest first. */
    open: patiently(Effect.flatMap(
      sql<{ readonly id: string; readonly content: string; readonly queued: number | string; readonly running: number | string }>`
        SELECT s.id, s.content, sum(CASE WHEN c.state = 'queued' THEN 1 ELSE 0 END) AS queued, sum(CASE WHEN c.state = 'running' THEN 1 ELSE 0 END) AS running
        FROM assay_submission s JOIN assay_cell c ON c.submission = s.id
        WHERE c.state IN ('queued', 'running') GROUP BY s.id, s.content, s.submitted_at ORDER BY s.submitted_at, s.id`,
      Effect.forEach(({ content, id, queued, running }) =>
        Effect.map(Schema.decodeEffect(Schema.fromJsonString(Content))(content), (content): Open =>
          ({ id, content, queued: Number(queued), running: Number(running) })))
    )),

    /** Effect's queue of a submission, to take from, for the scope. */
    taking: (submission: string, lease: number) => elements(submission, lease),

    /** Notes who is at a cell; false where it has ended already. */
    begin: (submission: string, { attempt, fingerprint }: Cell, worker: string) =>
      patiently(Effect.map(sql`
        UPDATE assay_cell SET state = 'running', worker = ${worker}
        WHERE submission = ${submission} AND fingerprint = ${fingerprint} AND attempt = ${attempt} AND state IN ('queued', 'running')
        RETURNING fingerprint`, (rows) => rows.length > 0)),

    /** Notes how a cell ended; the first one to say so counts. */
    end: (submission: string, { attempt, fingerprint }: Cell, state: "done" | "failed", message: string | null = null, exitCode: number | null = null) =>
      patiently(sql`
        UPDATE assay_cell SET state = ${state}, message = ${message}, exit_code = ${exitCode}
        WHERE submission = ${submission} AND fingerprint = ${fingerprint} AND attempt = ${attempt} AND state IN ('queued', 'running')`),

    /** Notes that the worker let go of a cell. */
    leave: (submission: string, { attempt, fingerprint }: Cell, worker: string) =>
      Effect.ignore(sql`
        UPDATE assay_cell SET state = 'queued', worker = NULL
        WHERE submission = ${submission} AND fingerprint = ${fingerprint} AND attempt = ${attempt} AND state = 'running' AND worker = ${worker}`),

    /** Cells that are being run, or have ended and were not merged yet; and which of `some` have been merged, as by another who follows them. */
    news: (submission: string, some: ReadonlyArray<string>) =>
      patiently(sql<News>`
        SELECT fingerprint, state, worker, message, exit_code FROM assay_cell
        WHERE submission = ${submission} AND state IN ('running', 'done', 'failed')
        UNION ALL SELECT fingerprint, state, worker, message, exit_code FROM assay_cell
        WHERE submission = ${submission} AND state = 'merged' AND ${sql.in("fingerprint", some)}`),

    /** Notes that cells which are done stand in the runs.db of somebody who follows them. */
    merged: (submission: string, fingerprints: ReadonlyArray<string>) =>
      fingerprints.length === 0 ? Effect.void : patiently(Effect.asVoid(sql`
        UPDATE assay_cell SET state = 'merged' WHERE submission = ${submission} AND state = 'done' AND ${sql.in("fingerprint", fingerprints)}`)),

    /** Workers that have not said good-bye, and how often each has said that it lives. */
    workers: patiently(sql<Seen>`SELECT id, machine, pid, beat FROM assay_worker`),

    patiently,
    sql
  }
})

export class Queue extends Context.Service<Queue, Effect.Success<ReturnType<typeof make>>>()("assay/queue/Queue") {}

/** The queue at an address; its tables are made where they are not there. */
export const layer = (address: Address): Layer.Layer<Queue, QueueError> =>
  Layer.effect(Queue, make(address)).pipe(
    Layer.provide(client(address)),
    Layer.catchCause((cause) => Layer.effect(Queue, Effect.fail(away(address, "reached")(cause))))
  )
