import { and, asc, desc, eq, getTableColumns, inArray } from "drizzle-orm"
import { attempt, type Handle } from "./Database.ts"
import * as schema from "./schema.ts"

export interface Options {
  /** Only samples of stages of this kind, such as "evaluate" or "loop". */
  readonly kind?: string | undefined
  /** At most this many, from the latest stage on and its latest step. */
  readonly limit?: number | undefined
}

const groupBy = <A extends { readonly sample: number }>(rows: ReadonlyArray<A>): Map<number, Array<A>> => {
  const groups = new Map<number, Array<A>>()
  for (const row of rows) {
    const group = groups.get(row.sample)
    if (group === undefined) groups.set(row.sample, [row])
    else group.push(row)
  }
  return groups
}

/** Stays below SQLite's limit of bound values. */
const chunkSize = 10_000

const chunks = (ids: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<number>> =>
  Array.from({ length: Math.ceil(ids.length / chunkSize) }, (_, i) => ids.slice(i * chunkSize, (i + 1) * chunkSize))

/** Completions of a run with reward parts and boxes: later stages and steps first, then in order. */
export const samples = ({ file, orm }: Handle, run: number, options: Options = {}) =>
  attempt(file, () => {
    const { box, runStage, sample, sampleReward, stage } = schema
    const query = orm
      .select({ ...getTableColumns(sample), position: runStage.position, kind: stage.kind, stageName: stage.name })
      .from(runStage)
      .innerJoin(stage, eq(stage.id, runStage.stage))
      .innerJoin(sample, eq(sample.stage, stage.id))
      .where(and(eq(runStage.run, run), options.kind === undefined ? undefined : eq(stage.kind, options.kind)))
      .orderBy(desc(runStage.position), desc(sample.step), asc(sample.ordinal))
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
