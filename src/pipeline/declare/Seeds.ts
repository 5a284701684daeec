/** Rules for how many seeds a study runs: more where the answer is open. */
import { InvalidExperiment } from "../Errors.ts"

/** Runs more seeds of a row until its difference to the baseline is known well enough. */
export interface Until {
  /** The metric that decides, as in `table.metrics`. */
  readonly metric: string
  /** Enough when the interval leaves zero out, or lies within this distance of it. */
  readonly difference?: number | undefined
  /** Enough when half of the interval, its ±, is at most this. */
  readonly width?: number | undefined
  /** Numbers of seeds at which the results are looked at, rising; there are no others, so that all can be corrected for. */
  readonly looks: ReadonlyArray<number>
}

/** The first look: below three seeds nothing is judged. */
const first = 3

/** 3, 6, 12, ... and `max`: doubling, so that even many seeds take few looks. */
const looksTo = (max: number): ReadonlyArray<number> => {
  const looks: Array<number> = []
  for (let n = first; n < max; n *= 2) looks.push(n)
  return [...looks, max]
}

const wrong = (message: string) => new InvalidExperiment({ experiment: "", message: `Seeds.until: ${message}.` })

/** The number of seeds above which no study goes. */
const largest = 10_000

/**
 * Runs the first three seeds of every row, then twice as many where the answer is open, and so on up to `max`. The answer is
 * about the difference to the study's baseline in `metric`, paired by seed:
 *
 * - with `difference` it is open while the interval holds zero and reaches beyond ± `difference`,
 * - with `width` it is open while half of the interval, its ±, is above it.
 *
 * Intervals are t-intervals at 5 % divided by the number of looks, so that all of them together hold the true difference in 95
 * of 100 studies, whenever each was stopped; the table then judges every difference by these.
 *
 * Throws `InvalidExperiment`. Source: repeated confidence intervals, Jennison and Turnbull, Journal of the Royal Statistical
 * Society B 51 (1989), 305-361; error spent in equal parts (Bonferroni), which is exact for t-intervals at any number of seeds.
 */
export const until = (
  rule: { readonly metric: string; readonly max: number } & (
    | { readonly difference: number; readonly width?: never }
    | { readonly width: number; readonly difference?: never }
  )
): Until => {
  const { difference, max, metric, width } = rule
  if (!Number.isSafeInteger(max) || max < first || max > largest) {
    throw wrong(`max is ${max}, and must be a whole number from ${first} to ${largest}`)
  }
  const goals = [difference, width].filter((goal) => goal !== undefined)
  const [goal] = goals
  if (goals.length !== 1) throw wrong("give one of difference and width")
  if (!(goal! > 0 && Number.isFinite(goal))) throw wrong(`${difference === undefined ? "width" : "difference"} must be above 0`)
  return { metric, difference, width, looks: looksTo(max) }
}
