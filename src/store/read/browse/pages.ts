/** Completions of an experiment, filtered and in any order, a page at a time. */
import { type Handle, question } from "../../Database.ts"
import { executionsByPlace, stagesOf, type Where } from "./places.ts"

/** From `from` to `to`, both included; without one of them it is open on that side. */
export interface Range {
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** Which completions are meant, by what is asked of each; what is left out is not asked for. */
export interface Filter extends Where {
  readonly scope?: string | undefined
  readonly step?: Range | undefined
  readonly example?: string | undefined
  readonly finish?: "stop" | "length" | undefined
  /** Tokens, where somebody counted them. */
  readonly tokens?: Range | undefined
  /** Boxes of the true answer, and of the model's. */
  readonly truths?: Range | undefined
  readonly predictions?: Range | undefined
  /** Has a box of that label, true or predicted. */
  readonly label?: string | undefined
  /** Was judged by that part of the reward... */
  readonly part?: string | undefined
  /** ...with such a value... */
  readonly value?: Range | undefined
  /** ...or it failed. */
  readonly failed?: boolean | undefined
}

/**
 * What completions are ordered by. `run`: as in the table, by seed and place in the run. `value`: of the part that the filter names.
 * `label`: the first true one, as letters go.
 */
export type Order = "run" | "step" | "tokens" | "truths" | "predictions" | "label" | "finish" | "value"

/** Where a page ends: the value of its last completion, and its number. */
export interface Cursor {
  readonly value: number | string | null
  readonly id: number
}

/** Which page of completions, and in which order. */
export interface Paging {
  readonly order: Order
  readonly descending: boolean
  /** Only what comes after it. */
  readonly after?: Cursor | undefined
  /** At most so many completions. */
  readonly limit: number
}

/** Completions that are looked through at once, at most: that takes up to a second, from a warm file. */
export const most = 1_000_000

const boxes = (role: "true" | "predicted") => `(SELECT count(*) FROM box b WHERE b.sample = c.id AND b.role = '${role}')`

/** What nobody counted has no length. */
const tokens = "CASE WHEN c.token_count > 0 OR c.completion = '' THEN c.token_count END"

const values: { readonly [O in Order]: string } = {
  run: "p.key",
  step: "c.step",
  tokens,
  truths: boxes("true"),
  predictions: boxes("predicted"),
  label: "(SELECT min(b.label) FROM box b WHERE b.sample = c.id AND b.role = 'true')",
  finish: "c.finish_reason",
  value: "w.value"
}

type Bound = number | string | null

/** Conditions joined by AND, each with what it binds. */
type Conditions = ReadonlyArray<readonly [sql: string, ...bound: ReadonlyArray<Bound>]>

const within = (sql: string, range: Range | undefined): Conditions => [
  ...(range?.from === undefined ? [] : [[`${sql} >= ?`, range.from] as const]),
  ...(range?.to === undefined ? [] : [[`${sql} <= ?`, range.to] as const])
]

const equal = (sql: string, value: Bound | undefined): Conditions => value === undefined ? [] : [[`${sql} = ?`, value]]

/** What the index of completions alone can tell: these bound how many are looked through. */
const placed = ({ scope, step }: Filter): Conditions => [...equal("c.scope", scope), ...within("c.step", step)]

const asked = (filter: Filter): Conditions => [
  ...equal("c.example", filter.example),
  ...equal("c.finish_reason", filter.finish),
  ...within(tokens, filter.tokens),
  ...within(boxes("true"), filter.truths),
  ...within(boxes("predicted"), filter.predictions),
  ...(filter.label === undefined ? [] : [["EXISTS (SELECT 1 FROM box b WHERE b.sample = c.id AND b.label = ?)", filter.label] as const]),
  ...within("w.value", filter.value),
  ...(filter.failed === true ? [["w.error IS NOT NULL"] as const] : [])
]

/** What comes after a cursor, in the order of a page. */
const beyond = ({ after, descending }: Paging): Conditions => {
  if (after === undefined) return []
  if (after.value === null) return [["sorted IS NULL AND id > ?", after.id]]
  const further = descending ? "<" : ">"
  return [[`sorted IS NULL OR sorted ${further} ? OR (sorted = ? AND id > ?)`, after.value, after.value, after.id]]
}

const all = (conditions: Conditions): string => conditions.map(([sql]) => `(${sql})`).join(" AND ") || "1"

const bound = (conditions: Conditions): ReadonlyArray<Bound> => conditions.flatMap(([, ...values]) => values)

/** Completions of these executions, each of which is named by its place in the table; where a part is named, with what the reward gave for it. */
const source = ({ part }: Filter): string =>
  "FROM json_each(?) p CROSS JOIN completion c ON c.stage = p.value" +
  (part === undefined ? "" : " CROSS JOIN sample_reward w ON w.sample = c.id AND w.part = ?")

/** How many completions the places hold, up to one more than `most`. */
const countThrough = ({ sqlite }: Handle, executions: string, filter: Filter): number => {
  const conditions = placed(filter)
  return sqlite.prepare(`
    SELECT count(*) FROM (SELECT 1 ${source({ ...filter, part: undefined })} WHERE ${all(conditions)} LIMIT ${most + 1})`)
    .pluck().get(executions, ...bound(conditions)) as number
}

export interface Page {
  /** How many completions the places hold; above `most` none is looked at. */
  readonly through: number
  /** How many of them fit the filter. */
  readonly matching: number
  /** Each with what it is ordered by. */
  readonly found: ReadonlyArray<Cursor>
  /** Where the next page begins; undefined after the last one. */
  readonly next: Cursor | undefined
}

/**
 * A page of completions. Those whose value is no number come last, whichever way; equal ones in the order in which they were written.
 * The order "value" is that of the part that the filter names: without one there is no order.
 */
export const samplePage = question((handle: Handle, filter: Filter, paging: Paging): Page => {
  const executions = executionsByPlace(stagesOf(handle, filter))
  const through = countThrough(handle, executions, filter)
  if (through > most) return { through, matching: 0, found: [], next: undefined }
  const fitting = [...placed(filter), ...asked(filter)]
  const further = beyond(paging)
  const value = filter.part === undefined && paging.order === "value" ? "NULL" : values[paging.order]
  const [matching, ...rows] = handle.sqlite.prepare(`
    WITH fit AS MATERIALIZED (SELECT c.id, ${value} AS sorted ${source(filter)} WHERE ${all(fitting)})
    SELECT NULL AS id, count(*) AS value FROM fit
    UNION ALL
    SELECT * FROM (
      SELECT * FROM fit WHERE ${all(further)} ORDER BY sorted IS NULL, sorted ${paging.descending ? "DESC" : ""}, id LIMIT ?
    )`)
    .all(
      executions,
      ...(filter.part === undefined ? [] : [filter.part]),
      ...bound(fitting),
      ...bound(further),
      paging.limit + 1
    ) as [{ readonly value: number }, ...Array<Cursor>]
  const found = rows.slice(0, paging.limit)
  return { through, matching: matching.value, found, next: rows.length > paging.limit ? found.at(-1) : undefined }
})
