/** Judges batches of completions. */
import * as Effect from "effect/Effect"
import { setImmediate } from "node:timers/promises"
import type { Json } from "../../pipeline/json.ts"
import type { ScoreRequest, ScoreResponse } from "../../protocol/rewards.ts"
import { lookUp } from "../../task/lookUp.ts"
import type { Reward, Scorable } from "../../task/reward.ts"
import { HttpError } from "../http/answers.ts"

/** Longest texts that are judged, in characters: the time that some rewards match boxes in grows faster than their number. */
const longest = { completion: 1 << 20, solution: 1 << 16 } as const

const checkTexts = (texts: ReadonlyArray<string>, what: keyof typeof longest): void => {
  const row = texts.findIndex((text) => text.length > longest[what])
  if (row === -1) return
  throw new HttpError({ status: 400, message: `the ${what} of row ${row} is longer than ${longest[what]} characters` })
}

export const checkLengths = (count: number, lists: { readonly [name: string]: ReadonlyArray<unknown> | undefined }): void => {
  for (const [name, list] of Object.entries(lists)) {
    if (list === undefined || list.length === count) continue
    throw new HttpError({ status: 400, message: `${name} has ${list.length} entries for ${count} rows` })
  }
}

/**
 * The rows of a batch. A column `image` stays a column: no request names a file that is then read. Throws `HttpError` where a list is
 * longer or shorter than the completions, or a text is too long.
 */
export const rowsOf = ({ columns = {}, completions, solutions, tokens }: ScoreRequest): ReadonlyArray<Scorable> => {
  checkLengths(completions.length, { solutions, tokens })
  checkLengths(completions.length, columns)
  checkTexts(completions, "completion")
  checkTexts(solutions, "solution")
  const lists = Object.entries(columns as { readonly [name: string]: ReadonlyArray<Json> })
  return completions.map((completion, i) => ({
    completion,
    solution: solutions[i]!,
    tokens: tokens?.[i],
    columns: Object.fromEntries(lists.map(([name, list]) => [name, list[i]!]))
  }))
}

/** Rows that are judged before others get their turn: some milliseconds. */
const turn = 128

/**
 * What a reward says of each row. A row that a part of it could not judge has no total, and no mark of that part; one that a part
 * does not concern has no mark of that, either.
 */
export const judge = (reward: Reward, rows: ReadonlyArray<Scorable>): Effect.Effect<ScoreResponse> =>
  Effect.flatMap(lookUp([reward], rows), (samples) =>
    Effect.promise(async () => {
      const totals: Array<number | null> = []
      const parts = Object.fromEntries(reward.partNames.map((name) => [name, samples.map((): number | null => null)]))
      const errors: Array<ScoreResponse["errors"][number]> = []
      for (const [row, sample] of samples.entries()) {
        if (row > 0 && row % turn === 0) await setImmediate()
        const score = reward.score(sample)
        let judged = true
        for (const { error, part, value } of score.parts) {
          if (error === undefined) {
            parts[part]![row] = value
            continue
          }
          judged = false
          errors.push({ row, part, message: error })
        }
        totals.push(judged ? score.total : null)
      }
      return { totals, parts, errors }
    }))
