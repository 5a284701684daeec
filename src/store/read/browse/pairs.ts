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

/** Answers to one example are numbered in their order. */
const side = `
  SELECT c.id, c.example, d.content ->> '$.image' AS image, c.solution,
    row_number() OVER (PARTITION BY c.example ORDER BY c.ordinal) AS answer
  FROM completion c JOIN text d ON d.id = c.details WHERE c.stage = ? AND c.scope = ? AND c.step = ?`

/**
 * An example's first answers make a pair, its second ones... Names of examples are only theirs within a data set, so its picture has
 * to be the same one too, and where there is none the solution.
 */
const pairs = `
  a AS MATERIALIZED (${side}), b AS MATERIALIZED (${side}),
  pair AS MATERIALIZED (
    SELECT a.id AS "left", b.id AS "right" FROM a JOIN b ON b.example = a.example AND b.answer = a.answer
      AND b.image IS a.image AND (a.image IS NOT NULL OR b.solution = a.solution)
  )`

const orders: { readonly [O in PairOrder]: string } = { changed: "-abs(change)", risen: "-change", fallen: "change" }

const bound = (left: SampleStep, right: SampleStep) => [left, right].flatMap(({ execution, scope, step }) => [execution, scope, step])

const count = ({ sqlite }: Handle, { execution, scope, step }: SampleStep): number =>
  sqlite.prepare(`SELECT count(*) FROM (SELECT 1 FROM completion WHERE stage = ? AND scope = ? AND step = ? LIMIT ${mostPaired + 1})`)
    .pluck().get(execution, scope, step) as number

const partChanges = ({ sqlite }: Handle, places: ReadonlyArray<number | string>): ReadonlyArray<PartChange> =>
  sqlite.prepare(`
    WITH ${pairs}
    SELECT l.part, count(*) AS n, avg(l.value) AS "left", avg(r.value) AS "right",
      sum(r.value > l.value) AS risen, sum(r.value < l.value) AS fallen
    FROM pair JOIN sample_reward l ON l.sample = pair."left" JOIN sample_reward r ON r.sample = pair."right" AND r.part = l.part
    WHERE l.value IS NOT NULL AND r.value IS NOT NULL
    GROUP BY l.part ORDER BY min(l.ordinal), l.part`).all(...places) as Array<PartChange>

/**
 * Completions at two places that answer the same example, a page at a time, ordered by how a part of the reward changed. Pairs without
 * a change come last, equal ones in the order of the left place.
 */
export const samplePairs = question((
  handle: Handle,
  left: SampleStep,
  right: SampleStep,
  { after, limit, order, part }: PairsAsked
): Pairs => {
  const [leftCount, rightCount] = [count(handle, left), count(handle, right)]
  if (leftCount + rightCount > mostPaired) return { leftCount, rightCount, pairs: 0, parts: [], found: [], next: undefined }
  const places = bound(left, right)
  const beyond = after === undefined ? "1" : after.value === null ? "value IS NULL AND id > ?" : "value IS NULL OR value > ? OR (value = ? AND id > ?)"
  const rows = handle.sqlite.prepare(`
    WITH ${pairs},
    changed AS (
      SELECT pair."left" AS id, pair."left", pair."right", r.value - l.value AS change
      FROM pair LEFT JOIN sample_reward l ON l.sample = pair."left" AND l.part = ?
        LEFT JOIN sample_reward r ON r.sample = pair."right" AND r.part = l.part
    ),
    ordered AS (SELECT *, ${orders[order]} AS value FROM changed)
    SELECT * FROM ordered WHERE ${beyond} ORDER BY value IS NULL, value, id LIMIT ?`)
    .all(
      ...places,
      part ?? null,
      ...(after === undefined ? [] : after.value === null ? [after.id] : [after.value, after.value, after.id]),
      limit + 1
    ) as Array<Pair>
  const found = rows.slice(0, limit)
  const last = found.at(-1)
  return {
    leftCount,
    rightCount,
    pairs: handle.sqlite.prepare(`WITH ${pairs} SELECT count(*) FROM pair`).pluck().get(...places) as number,
    parts: partChanges(handle, places),
    found,
    next: rows.length > limit && last !== undefined ? { value: last.value, id: last.id } : undefined
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
