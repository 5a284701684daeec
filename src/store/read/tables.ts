/** Rows of the views, by experiment. */
import { question } from "../Database.ts"
import { asc, eq, sql as raw } from "../drizzle.ts"
import * as Views from "../Views.ts"

/** Rows of the view `ablation`, in table order. */
export const ablation = question(({ orm }, experiment: string) => {
  const view = Views.ablation
  return orm.select().from(view).where(eq(view.experiment, experiment)).orderBy(asc(view.ordinal), asc(view.metric)).all()
})

const differences = (view: typeof Views.paired | typeof Views.gain) =>
  question(({ orm }, experiment: string) =>
    orm.select().from(view).where(eq(view.experiment, experiment)).orderBy(asc(view.ordinal), asc(view.metric)).all())

/** Rows of the view `paired` (differences to the baseline), in table order. */
export const paired = differences(Views.paired)

/** Rows of the view `gain` (differences to the reference, such as the base model), in table order. */
export const gain = differences(Views.gain)

/** Which execution stands at each place of the current runs of an experiment: several may share one. */
export const executions = question(({ sqlite }, experiment: string) =>
  sqlite.prepare("SELECT variant, seed, position, stage FROM current_stage WHERE experiment = ?").all(experiment) as Array<{
    readonly variant: string
    readonly seed: number
    readonly position: number
    readonly stage: number
  }>)

/** Planned runs of an experiment that are not done, in table order. */
export const missing = question(({ orm }, experiment: string) => {
  const view = Views.missing
  return orm.select().from(view).where(eq(view.experiment, experiment)).orderBy(asc(view.ordinal), asc(view.seed)).all()
})

/** Final metrics of every finished run of an experiment. */
export const finalMetrics = question(({ orm }, experiment: string) => {
  const view = Views.finalMetric
  return orm.select().from(view).where(eq(view.experiment, experiment)).all()
})

/** The metrics of one name over steps, in table order, by seed, place in the run and step. */
export const learningCurve = question(({ orm }, experiment: string, name: string) => {
  const view = Views.learningCurve
  return orm
    .select()
    .from(view)
    .where(raw`${view.experiment} = ${experiment} AND ${view.name} = ${name}`)
    .orderBy(asc(view.ordinal), asc(view.seed), asc(view.position), asc(view.step))
    .all()
})

/** All metrics of a current run over steps, by place in the run, metric and step. */
export const runCurves = question(({ orm }, experiment: string, variant: string, seed: number) => {
  const view = Views.learningCurve
  return orm
    .select({ stage: view.stage, metric: view.metric, step: view.step, value: view.value, unit: view.unit, better: view.better })
    .from(view)
    .where(raw`${view.experiment} = ${experiment} AND ${view.variant} = ${variant} AND ${view.seed} = ${seed}`)
    .orderBy(asc(view.position), asc(view.metric), asc(view.step))
    .all()
})

/** Means of every part of the reward over steps, in table order, by seed, place in the run, step and part. */
export const rewardParts = question(({ orm }, experiment: string) => {
  const view = Views.rewardPart
  return orm
    .select()
    .from(view)
    .where(eq(view.experiment, experiment))
    .orderBy(asc(view.ordinal), asc(view.seed), asc(view.position), asc(view.step), asc(view.part))
    .all()
})

/** Token counts of every stage that has completions, in table order. */
export const tokenStatistics = question(({ orm }, experiment: string) => {
  const view = Views.tokenStatistics
  return orm
    .select()
    .from(view)
    .where(eq(view.experiment, experiment))
    .orderBy(asc(view.ordinal), asc(view.seed), asc(view.position))
    .all()
})
