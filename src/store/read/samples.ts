/** Samples of a run, with their rewards and boxes. */
import { question } from "../Database.ts"
import { and, asc, desc, eq, getViewSelectedFields, inArray, sql as raw } from "../drizzle.ts"
import * as Schema from "../Schema.ts"
import * as Views from "../Views.ts"

export interface Options {
  /** Only held-out answers: those of evaluations, also of ones nested in a loop. */
  readonly heldOut?: boolean | undefined
  /** At most this many, from the latest stage on and its latest step. */
  readonly limit?: number | undefined
}

const groupBy = <A extends { readonly sample: number }>(rows: ReadonlyArray<A>): Map<number, Array<A>> =>
  Map.groupBy(rows, (row) => row.sample)

/** Stays below SQLite's limit of bound values. */
const chunkSize = 10_000

const chunks = (ids: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<number>> =>
  Array.from({ length: Math.ceil(ids.length / chunkSize) }, (_, i) => ids.slice(i * chunkSize, (i + 1) * chunkSize))

/** Completions of a run with reward parts and boxes: later stages and steps first, then in order. */
export const samples = question(({ orm }, run: number, options: Options = {}) => {
  const { box, runStage, sampleReward, stage } = Schema
  const { sample } = Views
  const query = orm
    .select({ ...getViewSelectedFields(sample), position: runStage.position, kind: stage.kind, stage: runStage.label })
    .from(runStage)
    .innerJoin(stage, eq(stage.id, runStage.stage))
    .innerJoin(sample, eq(sample.stage, stage.id))
    .where(and(
      eq(runStage.run, run),
      options.heldOut === true ? raw`(${stage.kind} = 'evaluate' OR ${sample.scope} <> '')` : undefined
    ))
    .orderBy(desc(runStage.position), desc(sample.step), asc(sample.scope), asc(sample.ordinal))
  const rows = options.limit === undefined ? query.all() : query.limit(options.limit).all()
  const ids = chunks(rows.map(({ id }) => id))
  const rewards = groupBy(ids.flatMap((chunk) =>
    orm
      .select()
      .from(sampleReward)
      .where(inArray(sampleReward.sample, [...chunk]))
      .orderBy(asc(sampleReward.ordinal))
      .all()
  ))
  const boxes = groupBy(ids.flatMap((chunk) =>
    orm.select().from(box).where(inArray(box.sample, [...chunk])).orderBy(asc(box.ordinal)).all()
  ))
  return rows.map((row) => ({ ...row, rewards: rewards.get(row.id) ?? [], boxes: boxes.get(row.id) ?? [] }))
})
