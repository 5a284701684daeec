import { asc, count, eq, getTableColumns, sql as raw, sum } from "drizzle-orm"
import * as Effect from "effect/Effect"
import { attempt, type Handle } from "./Database.ts"
import * as schema from "./schema.ts"
import { StoreError } from "./StoreError.ts"
import * as views from "./views.ts"

type Read<A> = Effect.Effect<A, StoreError>

/** Every experiment with its question, its file and how many of its current runs are done. */
export const experiments = ({ file, orm }: Handle) =>
  attempt(file, () => {
    const { experiment, run } = schema
    return orm
      .select({
        id: experiment.id,
        name: experiment.name,
        question: experiment.question,
        file: experiment.file,
        variants: raw<number>`count(distinct ${run.variant})`,
        runs: count(run.id),
        done: raw<number>`coalesce(${sum(raw`${run.status} = 'done'`)}, 0)`.mapWith(Number),
        startedAt: raw<string | null>`min(${run.startedAt})`,
        endedAt: raw<string | null>`max(${run.endedAt})`
      })
      .from(experiment)
      .leftJoin(run, raw`${run.experiment} = ${experiment.id} AND ${run.current} = 1`)
      .groupBy(experiment.id)
      .orderBy(asc(experiment.id))
      .all()
  })

/** One experiment by name, with how its table is printed (JSON) and its variants in table order; undefined if none. */
export const experiment = ({ file, orm }: Handle, name: string) =>
  attempt(file, () => {
    const row = orm.select().from(schema.experiment).where(eq(schema.experiment.name, name)).get()
    if (row === undefined) return undefined
    const { cell, name: variantName, ordinal, role } = schema.variant
    const variants = orm
      .select({ name: variantName, cell, role, ordinal })
      .from(schema.variant)
      .where(eq(schema.variant.experiment, row.id))
      .orderBy(asc(ordinal))
      .all()
      .map((variant) => ({ ...variant, cell: JSON.parse(variant.cell) as { readonly [axis: string]: string } }))
    return { ...row, table: JSON.parse(row.table) as unknown, variants }
  })

const runColumns = { ...getTableColumns(schema.run), experimentName: schema.experiment.name }

/** Current runs of an experiment in table order, then by seed. */
export const runs = ({ file, orm }: Handle, experimentName: string) =>
  attempt(file, () =>
    orm
      .select(runColumns)
      .from(schema.run)
      .innerJoin(schema.experiment, eq(schema.experiment.id, schema.run.experiment))
      .innerJoin(
        schema.variant,
        raw`${schema.variant.experiment} = ${schema.run.experiment} AND ${schema.variant.name} = ${schema.run.variant}`
      )
      .where(raw`${schema.experiment.name} = ${experimentName} AND ${schema.run.current} = 1`)
      .orderBy(asc(schema.variant.ordinal), asc(schema.run.seed))
      .all())

const params = ({ orm }: Handle, id: number): { readonly [path: string]: null | boolean | number | string } =>
  Object.fromEntries(
    orm.select().from(schema.param).where(eq(schema.param.run, id)).orderBy(asc(schema.param.path)).all()
      .map(({ path, type, value }) => [path, type === "boolean" ? value === 1 : value])
  )

const facts = ({ orm }: Handle, environment: number): { readonly [name: string]: string | number } =>
  Object.fromEntries(
    orm.select().from(schema.environmentFact).where(eq(schema.environmentFact.environment, environment)).all()
      .map(({ name, value }) => [name, value ?? ""])
  )

const stages = ({ orm }: Handle, run: number) =>
  orm
    .select({ position: schema.runStage.position, reused: schema.runStage.reused, ...getTableColumns(schema.stage) })
    .from(schema.runStage)
    .innerJoin(schema.stage, eq(schema.stage.id, schema.runStage.stage))
    .where(eq(schema.runStage.run, run))
    .orderBy(asc(schema.runStage.position))
    .all()

/** Last values by metric, as in `final_metric`, but for any run. */
const metrics = ({ sqlite }: Handle, run: number) =>
  sqlite.prepare(`
    SELECT metric, value FROM (
      SELECT k.name AS metric, m.value,
        row_number() OVER (PARTITION BY m.key ORDER BY rs.position DESC, m.step DESC) AS place
      FROM run_stage rs JOIN metric m ON m.stage = rs.stage JOIN metric_key k ON k.id = m.key
      WHERE rs.run = ?
    ) WHERE place = 1 ORDER BY metric`).all(run) as Array<{ readonly metric: string; readonly value: number | null }>

/** A run by id, current or not, with params, environment, stages in order and last metric values; undefined if none. */
export const run = (handle: Handle, id: number) =>
  attempt(handle.file, () => {
    const row = handle.orm
      .select(runColumns)
      .from(schema.run)
      .innerJoin(schema.experiment, eq(schema.experiment.id, schema.run.experiment))
      .where(eq(schema.run.id, id))
      .get()
    if (row === undefined) return undefined
    return {
      ...row,
      params: params(handle, id),
      facts: facts(handle, row.environment),
      stages: stages(handle, id),
      metrics: metrics(handle, id)
    }
  })

/** Rows of the view `ablation`, in table order. */
export const ablation = ({ file, orm }: Handle, experimentName: string) =>
  attempt(file, () => {
    const view = views.ablation
    return orm
      .select()
      .from(view)
      .where(eq(view.experiment, experimentName))
      .orderBy(asc(view.ordinal), asc(view.metric))
      .all()
  })

const differences =
  (view: typeof views.paired | typeof views.gain) => ({ file, orm }: Handle, experimentName: string) =>
    attempt(file, () =>
      orm
        .select()
        .from(view)
        .where(eq(view.experiment, experimentName))
        .orderBy(asc(view.ordinal), asc(view.metric))
        .all())

/** Rows of the view `paired` (differences to the baseline), in table order. */
export const paired = differences(views.paired)

/** Rows of the view `gain` (differences to the reference, such as the base model), in table order. */
export const gain = differences(views.gain)

/** Planned runs of an experiment that are not done, in table order. */
export const missing = ({ file, orm }: Handle, experimentName: string) =>
  attempt(file, () => {
    const view = views.missing
    return orm
      .select()
      .from(view)
      .where(eq(view.experiment, experimentName))
      .orderBy(asc(view.ordinal), asc(view.seed))
      .all()
  })

/** Final metrics of every finished run of an experiment. */
export const finalMetrics = ({ file, orm }: Handle, experimentName: string) =>
  attempt(file, () => {
    const view = views.finalMetric
    return orm.select().from(view).where(eq(view.experiment, experimentName)).all()
  })

/** One metric of an experiment over steps, in table order, by seed, place in the run and step. */
export const learningCurve = ({ file, orm }: Handle, experimentName: string, metric: string) =>
  attempt(file, () => {
    const view = views.learningCurve
    return orm
      .select()
      .from(view)
      .where(raw`${view.experiment} = ${experimentName} AND ${view.metric} = ${metric}`)
      .orderBy(asc(view.ordinal), asc(view.seed), asc(view.position), asc(view.step))
      .all()
  })

/** Means of every part of the reward over steps, in table order, by seed, place in the run, step and part. */
export const rewardParts = ({ file, orm }: Handle, experimentName: string) =>
  attempt(file, () => {
    const view = views.rewardPart
    return orm
      .select()
      .from(view)
      .where(eq(view.experiment, experimentName))
      .orderBy(asc(view.ordinal), asc(view.seed), asc(view.position), asc(view.step), asc(view.part))
      .all()
  })

/** Token counts of every stage that has completions, in table order. */
export const tokenStatistics = ({ file, orm }: Handle, experimentName: string) =>
  attempt(file, () => {
    const view = views.tokenStatistics
    return orm
      .select()
      .from(view)
      .where(eq(view.experiment, experimentName))
      .orderBy(asc(view.ordinal), asc(view.seed), asc(view.position))
      .all()
  })

const refuse = (file: string, text: string): StoreError =>
  new StoreError({
    reason: "query",
    file,
    message: `Only statements that read and return rows are run here, and this is none: ` +
      `${text.trim().slice(0, 200)}. Start it with SELECT, WITH, VALUES or EXPLAIN; ` +
      "to change a database use the sqlite3 client on a copy of it."
  })

const rejected = (file: string, error: StoreError): StoreError => {
  const text = error.cause instanceof Error ? error.cause.message : error.message
  return new StoreError({ reason: "query", file, message: `SQLite rejects the query: ${text}.`, cause: error.cause })
}

/**
 * Runs one read-only statement. What would write, attach or copy a database is refused before it runs.
 *
 * Fails with reason "query" for such a statement, and for SQL that SQLite rejects.
 */
export const sql = (
  { file, sqlite }: Handle,
  text: string
): Read<{ readonly columns: ReadonlyArray<string>; readonly rows: ReadonlyArray<ReadonlyArray<unknown>> }> =>
  attempt(file, () => {
    const statement = sqlite.prepare(text)
    if (!statement.reader || !statement.readonly) throw refuse(file, text)
    return {
      columns: statement.columns().map(({ name }) => name),
      rows: statement.raw().all() as Array<Array<unknown>>
    }
  }).pipe(
    Effect.mapError((error) =>
      error.reason === "unexpected" ? rejected(file, error) : error
    )
  )
