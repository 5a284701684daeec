import { InvalidConfig } from "../pipeline/Errors.ts"
import { ap, ap50, odLength } from "../task/detection/reward/ap.ts"
import { cosine } from "./cosine.ts"
import { format } from "./format.ts"
import { repetition } from "./repetition.ts"
import type { Reward } from "../task/reward.ts"
import type { Variant } from "../task/variant.ts"
import { weightedSum } from "../task/detection/reward/weightedSum.ts"

const byName: { readonly [name: string]: (config: { readonly variant: Variant }) => Reward } = {
  ap,
  ap50,
  odLength,
  weightedSum,
  cosine,
  repetition,
  format
}

/** Names of the rewards that rows can be scored by. */
export const names: ReadonlyArray<string> = Object.keys(byName)

/** The rewards of those names. Throws `InvalidConfig` naming the first unknown one and those there are. */
export const rewardsOf = (wanted: ReadonlyArray<string>, variant: Variant): ReadonlyArray<Reward> =>
  wanted.map((name) => {
    const make = Object.hasOwn(byName, name) ? byName[name] : undefined
    if (make === undefined) {
      throw new InvalidConfig({ stage: "score", message: `no reward "${name}"; there are ${names.join(", ")}` })
    }
    return make({ variant })
  })

/**
 * Scores one JSON row `{"completion", "solution", "tokens"?}`: one JSON object, part by part, without line break.
 *
 * Where a reward threw, its part is 0 and `errors` holds its message. A row that is no such object gives
 * `{"error": "line 17: ..."}`.
 */
export const scoreLine = (line: string, number: number, rewards: ReadonlyArray<Reward>): string => {
  const row = readRow(line)
  if (typeof row === "string") return JSON.stringify({ error: `line ${number}: ${row}` })
  const scores: { [part: string]: number | { [part: string]: string } } = {}
  let errors: { [part: string]: string } | undefined
  for (const reward of rewards) {
    for (const { error, part, value } of reward.score(row).parts) {
      scores[part] = value
      if (error !== undefined) errors = { ...errors, [part]: error }
    }
  }
  if (errors !== undefined) scores["errors"] = errors
  return JSON.stringify(scores)
}

interface Row {
  readonly completion: string
  readonly solution: string
  readonly tokens?: number
}

const readRow = (line: string): Row | string => {
  let row: Partial<Row> | null
  try {
    row = JSON.parse(line)
  } catch (cause) {
    return `not JSON (${cause instanceof Error ? cause.message : String(cause)})`
  }
  if (typeof row !== "object" || row === null || Array.isArray(row)) return "not a JSON object"
  if (typeof row.completion !== "string") return "`completion` must be a string"
  if (typeof row.solution !== "string") return "`solution` must be a string"
  if (row.tokens !== undefined && (typeof row.tokens !== "number" || row.tokens < 0)) {
    return "`tokens` must be a number of at least 0"
  }
  return row as Row
}

/**
 * One JSON text for every row, in order, in bounded memory. Empty lines are skipped but counted.
 */
export const scoreLines = async function*(
  lines: AsyncIterable<string> | Iterable<string>,
  rewards: ReadonlyArray<Reward>
): AsyncGenerator<string> {
  let number = 0
  for await (const line of lines) {
    number++
    if (line.trim() !== "") yield scoreLine(line, number, rewards)
  }
}
