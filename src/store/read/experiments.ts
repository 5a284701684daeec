/** Experiments, as they are read. */
import { question } from "../Database.ts"
import { asc, count, eq, sql as raw, sum } from "../drizzle.ts"
import * as Schema from "../Schema.ts"

/** Every experiment with its question, its file and how many of its current runs are done. */
export const experiments = question(({ orm }) => {
  const { experiment, run } = Schema
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
export const experiment = question(({ orm }, name: string) => {
  const row = orm.select().from(Schema.experiment).where(eq(Schema.experiment.name, name)).get()
  if (row === undefined) return undefined
  const { cell, name: variantName, ordinal, role } = Schema.variant
  const variants = orm
    .select({ name: variantName, cell, role, ordinal })
    .from(Schema.variant)
    .where(eq(Schema.variant.experiment, row.id))
    .orderBy(asc(ordinal))
    .all()
    .map((variant) => ({ ...variant, cell: JSON.parse(variant.cell) as { readonly [axis: string]: string } }))
  return { ...row, table: JSON.parse(row.table) as unknown, variants }
})
