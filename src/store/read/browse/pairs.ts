/** The same examples at two places: of two runs, two steps, or both. */
import { type Handle, question } from "../../Database.ts"
import type { Cursor } from "./pages.ts"

/** A step of an execution, or of an evaluation nested in it. */
export interface SampleStep {
  readonly execution: number
  readonly scope: string
  readonly step: number
}

/** Completions at two places that are compared, at most: their examples are looked up one by one. */
export const mostPaired = 100_000

/** Most changed, whichever way; most risen; most fallen. */
export type PairOrder = "changed" | "risen" | "fallen"

/** Which page of pairs, and in which order. */
export interface PairsAsked {
  /** One that both places have; without it nothing has changed. */
  readonly part: string | undefined
  readonly order: PairOrder
  readonly after: Cursor | undefined
  readonly limit: number
}

export interface Pair extends Cursor {
  /** The completions, left and right, by number. */
  readonly left: number
  readonly right: number
  /** How much more the right one got for the part; null where one of them got no number. */
  readonly change: number | null
}

/** What became of a part from left to right, over the pairs in which both have a number. */
export interface PartChange {
  readonly part: string
  readonly n: number
  readonly left: number
  readonly right: number
  readonly risen: number
  readonly fallen: number
}

export interface Pairs {
  /** Completions on either side, and pairs of them; above `mostPaired` together none is looked at. */
  readonly leftCount: number
  readonly rightCount: number
  readonly pairs: number
  readonly parts: ReadonlyArray<PartChange>
  readonly found: ReadonlyArray<Pair>
  readonly next: Cursor | undefined
}

/** Steps of a scope that have completions, lowest first. */
export const sampleSteps = question(({ sqlite }, { execution, scope }: Omit<SampleStep, "step">) =>
  sqlite.prepare("SELECT DISTINCT step FROM completion WHERE stage = ? AND scope = ? ORDER BY step").pluck()
    .all(execution, scope) as Array<number>)

const count = ({ sqlite }: Handle, { execution, scope, step }: SampleStep): number =>
  sqlite.prepare(`SELECT count(*) FROM (SELECT 1 FROM completion WHERE stage = ? AND scope = ? AND step = ? LIMIT ${mostPaired + 1})`)
    .pluck().get(execution, scope, step) as number

interface Answer {
  readonly id: number
  readonly example: string
  readonly image: string | null
  readonly solution: number
}

const answersAt = ({ sqlite }: Handle, { execution, scope, step }: SampleStep): ReadonlyArray<Answer> =>
  sqlite.prepare(`
    SELECT c.id, c.example, d.content ->> '$.image' AS image, c.solution FROM completion c JOIN text d ON d.id = c.details
    WHERE c.stage = ? AND c.scope = ? AND c.step = ? ORDER BY c.ordinal`).all(execution, scope, step) as Array<Answer>

interface Given {
  readonly sample: number
  readonly part: string
  readonly value: number
}

/** What parts of the reward gave at a place, where it is a number. */
const givenAt = ({ sqlite }: Handle, { execution, scope, step }: SampleStep): ReadonlyArray<Given> =>
  sqlite.prepare(`
    SELECT w.sample, w.part, w.value FROM completion c JOIN sample_reward w ON w.sample = c.id
    WHERE c.stage = ? AND c.scope = ? AND c.step = ? AND w.value IS NOT NULL ORDER BY c.ordinal, w.ordinal`)
    .all(execution, scope, step) as Array<Given>

/**
 * An example's first answers make a pair, its second ones... Names of examples are only theirs within a data set, so its picture has
 * to be the same one too, and where there is none the solution.
 */
const pairsOf = (left: ReadonlyArray<Answer>, right: ReadonlyArray<Answer>): ReadonlyArray<readonly [left: number, right: number]> => {
  const others = Map.groupBy(right, ({ example }) => example)
  return [...Map.groupBy(left, ({ example }) => example)].flatMap(([example, answers]) =>
    answers.flatMap(({ id, image, solution }, i) => {
      const other = others.get(example)?.[i]
      const isSame = other !== undefined && other.image === image && (image !== null || other.solution === solution)
      return isSame ? [[id, other.id] as const] : []
    }))
}

/** What a pair got for one part. */
interface Both {
  readonly left: number
  readonly right: number
}

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

const partChange = (part: string, both: ReadonlyArray<Both>): PartChange => ({
  part,
  n: both.length,
  left: mean(both.map(({ left }) => left)),
  right: mean(both.map(({ right }) => right)),
  risen: both.filter(({ left, right }) => right > left).length,
  fallen: both.filter(({ left, right }) => right < left).length
})

/** What pairs are ordered by, lowest first. */
const orders: { readonly [O in PairOrder]: (change: number) => number } = {
  changed: (change) => -Math.abs(change),
  risen: (change) => -change,
  fallen: (change) => change
}

/** Lowest first, those without a value last, equal ones in the order of writing. */
const compare = (a: Placed, b: Placed): number =>
  a.value === b.value ? a.id - b.id : a.value === null ? 1 : b.value === null ? -1 : a.value - b.value

interface Placed {
  readonly id: number
  readonly value: number | null
}

const isPlaced = (cursor: Cursor): cursor is Placed => typeof cursor.value !== "string"

/**
 * Completions at two places that answer the same example, a page at a time, ordered by how a part of the reward changed. Pairs without
 * a change come last, equal ones in the order of the left place.
 *
 * They are found here and not by a join, for which SQLite would hold every answer against every other.
 */
export const samplePairs = question((
  handle: Handle,
  left: SampleStep,
  right: SampleStep,
  { after, limit, order, part }: PairsAsked
): Pairs => {
  const [leftCount, rightCount] = [count(handle, left), count(handle, right)]
  if (leftCount + rightCount > mostPaired) return { leftCount, rightCount, pairs: 0, parts: [], found: [], next: undefined }
  const pairs = pairsOf(answersAt(handle, left), answersAt(handle, right))
  const rightOf = new Map(pairs)
  const rightGiven = Map.groupBy(givenAt(handle, right), ({ sample }) => sample)
  const both = givenAt(handle, left).flatMap(({ part, sample, value }) => {
    const other = rightGiven.get(rightOf.get(sample) ?? NaN)?.find((given) => given.part === part)
    return other === undefined ? [] : [{ part, sample, left: value, right: other.value }]
  })
  const changes = new Map(both.filter((one) => one.part === part).map(({ left, right, sample }) => [sample, right - left]))
  const ordered = pairs.map(([left, right]): Pair & Placed => {
    const change = changes.get(left) ?? null
    return { id: left, left, right, change, value: change === null ? null : orders[order](change) }
  }).sort(compare)
  const beyond = after === undefined || !isPlaced(after) ? ordered : ordered.filter((pair) => compare(pair, after) > 0)
  const found = beyond.slice(0, limit)
  const last = found.at(-1)
  return {
    leftCount,
    rightCount,
    pairs: pairs.length,
    parts: [...Map.groupBy(both, ({ part }) => part)].map(([part, some]) => partChange(part, some)),
    found,
    next: beyond.length > limit && last !== undefined ? { value: last.value, id: last.id } : undefined
  }
})

/** A completion of the same example elsewhere. */
export interface Elsewhere extends SampleStep {
  readonly id: number
}

/**
 * Answers to an example at other steps of the same scope of its execution, and in other executions at its step: as many as `limit`,
 * lowest step first. Of several answers of one step the first.
 */
export const sameExample = question((
  { sqlite },
  { example, execution, id, scope, step }: SampleStep & { readonly id: number; readonly example: string },
  executions: ReadonlyArray<number>,
  limit: number
) => {
  const elsewhere = (condition: string) => `
    SELECT min(c.id) AS id, c.stage AS execution, c.scope, c.step
    FROM completion c WHERE ${condition} AND c.scope = ? AND c.example = ? GROUP BY c.stage, c.step ORDER BY c.step LIMIT ?`
  return {
    steps: sqlite.prepare(elsewhere("c.stage = ? AND c.step <> ?")).all(execution, step, scope, example, limit) as Array<Elsewhere>,
    runs: sqlite.prepare(elsewhere("c.stage IN (SELECT value FROM json_each(?)) AND c.step = ? AND c.id <> ?"))
      .all(JSON.stringify(executions.filter((other) => other !== execution)), step, id, scope, example, limit) as Array<Elsewhere>
  }
})
