/** Runs, as they are read. */
import { type Handle, question } from "../Database.ts"
import { asc, eq, getTableColumns, sql as raw } from "../drizzle.ts"
import * as Schema from "../Schema.ts"

const runColumns = { ...getTableColumns(Schema.run), experimentName: Schema.experiment.name }

/** Current runs of an experiment in table order, then by seed. */
export const runs = question(({ orm }, experimentName: string) =>
  orm
    .select(runColumns)
    .from(Schema.run)
    .innerJoin(Schema.experiment, eq(Schema.experiment.id, Schema.run.experiment))
    .innerJoin(
      Schema.variant,
      raw`${Schema.variant.experiment} = ${Schema.run.experiment} AND ${Schema.variant.name} = ${Schema.run.variant}`
    )
    .where(raw`${Schema.experiment.name} = ${experimentName} AND ${Schema.run.current} = 1`)
    .orderBy(asc(Schema.variant.ordinal), asc(Schema.run.seed))
    .all())

const params = ({ orm }: Handle, id: number): { readonly [path: string]: null | boolean | number | string } =>
  Object.fromEntries(
    orm.select().from(Schema.param).where(eq(Schema.param.run, id)).orderBy(asc(Schema.param.path)).all()
      .map(({ path, type, value }) => [path, type === "boolean" ? value === 1 : value])
  )

const facts = ({ orm }: Handle, environment: number): { readonly [name: string]: string | number } =>
  Object.fromEntries(
    orm.select().from(Schema.environmentFact).where(eq(Schema.environmentFact.environment, environment)).all()
      .map(({ name, value }) => [name, value ?? ""])
  )

const stages = ({ orm }: Handle, run: number) =>
  orm
    .select({
      position: Schema.runStage.position,
      label: Schema.runStage.label,
      reused: Schema.runStage.reused,
      ...getTableColumns(Schema.stage)
    })
    .from(Schema.runStage)
    .innerJoin(Schema.stage, eq(Schema.stage.id, Schema.runStage.stage))
    .where(eq(Schema.runStage.run, run))
    .orderBy(asc(Schema.runStage.position))
    .all()

const kept = ({ orm }: Handle, run: number) =>
  orm
    .select({ position: Schema.runStage.position, ...getTableColumns(Schema.keptWeights) })
    .from(Schema.runStage)
    .innerJoin(Schema.keptWeights, eq(Schema.keptWeights.stage, Schema.runStage.stage))
    .where(eq(Schema.runStage.run, run))
    .orderBy(asc(Schema.runStage.position), asc(Schema.keptWeights.role))
    .all()

/** A metric of a run with the last value that it had, whether the run is finished or not. */
export interface RunMetric {
  readonly position: number
  readonly scope: string
  readonly name: string
  readonly unit: string
  readonly value: number | null
}

/** By stage, and by name within it. */
const metrics = ({ sqlite }: Handle, run: number) =>
  sqlite.prepare(`
    SELECT rs.position, CASE k.scope WHEN '' THEN rs.label ELSE k.scope END AS scope, k.name, k.unit, l.value
    FROM run_stage rs JOIN last_value l ON l.stage = rs.stage JOIN metric_key k ON k.id = l.key
    WHERE rs.run = ? ORDER BY rs.position, k.scope, k.name`).all(run) as Array<RunMetric>

/**
 * A run by id, current or not, with params, environment, stages in order, weights that its loops kept, and last metric
 * values; undefined if none.
 */
export const run = question((handle, id: number) => {
  const row = handle.orm
    .select(runColumns)
    .from(Schema.run)
    .innerJoin(Schema.experiment, eq(Schema.experiment.id, Schema.run.experiment))
    .where(eq(Schema.run.id, id))
    .get()
  if (row === undefined) return undefined
  return {
    ...row,
    params: params(handle, id),
    facts: facts(handle, row.environment),
    stages: stages(handle, id),
    kept: kept(handle, id),
    metrics: metrics(handle, id)
  }
})

/** Lowest and highest number of a run, and how many there are. */
export const runNumbers = question(({ sqlite }) =>
  sqlite.prepare("SELECT min(id) AS first, max(id) AS last, count(*) AS count FROM run").get() as {
    readonly first: number | null
    readonly last: number | null
    readonly count: number
  })

/** How many runs an experiment has, earlier ones too. */
export const countRuns = question(({ sqlite }, experimentName: string) =>
  sqlite.prepare("SELECT count(*) FROM run r JOIN experiment e ON e.id = r.experiment WHERE e.name = ?").pluck().get(experimentName) as number)

/** Stages of an experiment's current runs with their pre-images, by variant, seed and place. */
export const preimages = question(({ sqlite }, experimentName: string) =>
  sqlite.prepare(`
    SELECT r.variant, r.seed, rs.position, rs.label, s.fingerprint, s.preimage
    FROM experiment e JOIN run r ON r.experiment = e.id AND r.current = 1
    JOIN run_stage rs ON rs.run = r.id JOIN stage s ON s.id = rs.stage WHERE e.name = ?`).all(experimentName) as Array<{
      readonly variant: string
      readonly seed: number
      readonly position: number
      readonly label: string
      readonly fingerprint: string
      readonly preimage: string
    }>)
