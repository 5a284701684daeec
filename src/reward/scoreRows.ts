/** Rewards on anybody's completions: rows of JSON in, rows of scores out. */
import { InvalidConfig } from "../pipeline/Errors.ts"
import { reasonOf } from "../pipeline/reason.ts"
import type { Reward } from "../task/reward.ts"
import type { Variant } from "../task/variant.ts"
import * as Registry from "./Registry.ts"

const known = new Map(Object.entries(Registry))

/** Names of the rewards that rows can be scored by. */
export const names: ReadonlyArray<string> = [...known.keys()]

/** The reward of that name. Throws `InvalidConfig` naming those there are. */
export const rewardNamed = (name: string, variant: Variant): Reward => {
  const make = known.get(name)
  if (make === undefined) {
    throw new InvalidConfig({ stage: "score", message: `no reward "${name}"; there are ${names.join(", ")}` })
  }
  return make({ variant })
}

/** Longest row that is read, in characters: longer ones are no completion of any model. */
export const longestRow = 1 << 24

/** What a row came to: its scores, part by part, or why it has none. */
export type Scored =
  | {
    readonly id?: unknown
    readonly scores: { readonly [part: string]: number }
    /** Messages of the rewards that threw, by part; their scores are the fallback. */
    readonly errors?: { readonly [part: string]: string }
  }
  | { readonly error: string }

/**
 * Scores one JSON row `{"completion", "solution", "tokens"?, "id"?}`. A row that is no such object, or that is longer than
 * `longestRow` characters, has an error that names its line.
 */
export const scoreRow = (line: string, number: number, rewards: ReadonlyArray<Reward>): Scored => {
  const row = line.length > longestRow ? `longer than ${longestRow} characters` : readRow(line)
  if (typeof row === "string") return { error: `line ${number}: ${row}` }
  const scores: { [part: string]: number } = {}
  let errors: { [part: string]: string } | undefined
  for (const reward of rewards) {
    for (const { error, part, value } of reward.score(row).parts) {
      scores[part] = value
      if (error !== undefined) errors = { ...errors, [part]: error }
    }
  }
  return { ...(row.id === undefined ? {} : { id: row.id }), scores, ...(errors === undefined ? {} : { errors }) }
}

/** The scored row as one JSON object, without line break: `{"id", "ap": 1, ..., "errors": {...}}`. */
export const toJson = (scored: Scored): string => {
  if ("error" in scored) return JSON.stringify(scored)
  const { errors, id, scores } = scored
  return JSON.stringify({ ...(id === undefined ? {} : { id }), ...scores, ...(errors === undefined ? {} : { errors }) })
}

interface Row {
  readonly completion: string
  readonly solution: string
  readonly tokens?: number
  readonly id?: unknown
}

const readRow = (line: string): Row | string => {
  let row: Partial<Row> | null
  try {
    row = JSON.parse(line)
  } catch (cause) {
    return `not JSON (${reasonOf(cause)})`
  }
  if (typeof row !== "object" || row === null || Array.isArray(row)) return "not a JSON object"
  if (typeof row.completion !== "string") return "`completion` must be a string"
  if (typeof row.solution !== "string") return "`solution` must be a string"
  if (row.tokens !== undefined && (typeof row.tokens !== "number" || row.tokens < 0)) {
    return "`tokens` must be a number of at least 0"
  }
  return row as Row
}

/** What many rows came to. */
export interface Summary {
  readonly rows: number
  /** Rows without scores, and rows on which some reward threw. */
  readonly failed: number
  /** Mean of every part over the rows that have it. */
  readonly means: { readonly [part: string]: number }
}

/** Counts rows and adds up their scores. */
export const summarise = () => {
  const sums = new Map<string, { sum: number; count: number }>()
  let [rows, failed] = [0, 0]
  return {
    add: (scored: Scored): void => {
      rows++
      if ("error" in scored || scored.errors !== undefined) failed++
      if ("error" in scored) return
      for (const [part, value] of Object.entries(scored.scores)) {
        const before = sums.get(part) ?? { sum: 0, count: 0 }
        sums.set(part, { sum: before.sum + value, count: before.count + 1 })
      }
    },
    summary: (): Summary => ({
      rows,
      failed,
      means: Object.fromEntries([...sums].map(([part, { count, sum }]) => [part, sum / count]))
    })
  }
}
