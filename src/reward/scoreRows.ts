/** Rewards on anybody's completions: rows of JSON in, rows of scores out. */
import * as Effect from "effect/Effect"
import { InvalidConfig } from "../pipeline/Errors.ts"
import type { Json } from "../pipeline/json.ts"
import { reasonOf } from "../pipeline/reason.ts"
import { lookUp } from "../task/lookUp.ts"
import type { Reward, Scorable } from "../task/reward.ts"
import type { Variant } from "../task/variant.ts"
import * as Registry from "./Registry.ts"

const known = new Map<string, () => Reward>(Object.entries(Registry))

/** Names of the rewards that rows can be scored by. */
export const names: ReadonlyArray<string> = [...known.keys()]

/** The reward of that name, in that variant where it has two. Throws `InvalidConfig` naming those there are. */
export const rewardNamed = (name: string, variant: Variant): Reward => {
  const make = known.get(name)
  if (make === undefined) {
    throw new InvalidConfig({ stage: "score", message: `no reward "${name}"; there are ${names.join(", ")}` })
  }
  const reward = make()
  return "variant" in reward.config ? reward.rebuild({ ...reward.config, variant }, reward.parts) as Reward : reward
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

/** A line of a file. */
export interface Line {
  readonly text: string
  /** From 1. */
  readonly number: number
}

/**
 * Scores one JSON row `{"completion", "solution", "tokens"?, "image"?, "id"?, ...}`, whose other keys are the sample's
 * `columns`. A row that is no such object, or that is longer than `longestRow` characters, has an error that names its line.
 */
export const scoreRow = (text: string, number: number, rewards: ReadonlyArray<Reward>): Scored => {
  const row = readLine({ text, number })
  return "error" in row ? row : judge(row, row.sample, rewards)
}

/** The same for several lines, by rewards that look something up first. */
export const scoreRows = (
  lines: ReadonlyArray<Line>,
  rewards: ReadonlyArray<Reward>
): Effect.Effect<ReadonlyArray<Scored>> =>
  Effect.gen(function*() {
    const rows = lines.map(readLine)
    const samples = yield* lookUp(rewards, rows.flatMap((row) => "error" in row ? [] : [row.sample]))
    let next = 0
    return rows.map((row) => "error" in row ? row : judge(row, samples[next++]!, rewards))
  })

const judge = ({ id }: Pick<Row, "id">, sample: Scorable, rewards: ReadonlyArray<Reward>): Scored => {
  const scores: { [part: string]: number } = {}
  let errors: { [part: string]: string } | undefined
  for (const reward of rewards) {
    for (const { error, part, value } of reward.score(sample).parts) {
      scores[part] = value
      if (error !== undefined) errors = { ...errors, [part]: error }
    }
  }
  return { ...(id === undefined ? {} : { id }), scores, ...(errors === undefined ? {} : { errors }) }
}

/** The scored row as one JSON object, without line break: `{"id", "ap": 1, ..., "errors": {...}}`. */
export const toJson = (scored: Scored): string => {
  if ("error" in scored) return JSON.stringify(scored)
  const { errors, id, scores } = scored
  return JSON.stringify({ ...(id === undefined ? {} : { id }), ...scores, ...(errors === undefined ? {} : { errors }) })
}

interface Row {
  readonly id?: unknown
  readonly sample: Scorable
}

const readLine = ({ number, text }: Line): Row | { readonly error: string } => {
  const row = text.length > longestRow ? `longer than ${longestRow} characters` : readRow(text)
  return typeof row === "string" ? { error: `line ${number}: ${row}` } : row
}

const readRow = (line: string): Row | string => {
  let row: { readonly [key: string]: Json } | null
  try {
    row = JSON.parse(line)
  } catch (cause) {
    return `not JSON (${reasonOf(cause)})`
  }
  if (typeof row !== "object" || row === null || Array.isArray(row)) return "not a JSON object"
  const { completion, id, solution, tokens, ...columns } = row
  if (typeof completion !== "string") return "`completion` must be a string"
  if (typeof solution !== "string") return "`solution` must be a string"
  if (tokens !== undefined && (typeof tokens !== "number" || tokens < 0)) return "`tokens` must be a number of at least 0"
  const image = typeof columns["image"] === "string" ? columns["image"] : undefined
  return { id, sample: { completion, solution, tokens, image, columns } }
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
