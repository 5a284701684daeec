/** Differences between rows of a table, with what its other comparisons leave of them. */
import { detectable, holm, level, pairedP, vary } from "../comparisons.ts"
import { studentQuantile } from "../../pipeline/student.ts"
import { fewest } from "../statistics.ts"

/**
 * Difference to another row, paired by seed. What needs two pairs is null below them; what needs pairs that vary is null where all
 * differ by the same, and such a difference is neither `bare` nor `separated`.
 */
export interface Difference {
  readonly n: number
  readonly delta: number
  /** Standard deviation of the pairs' differences. */
  readonly sd: number | null
  readonly ci95: number | null
  readonly wins: number
  /** The smallest difference that so many pairs, as spread as these, could have shown: `detectable`. */
  readonly detectable: number | null
  /** Two-sided p of the paired t-test. */
  readonly p: number | null
  /** The same after Holm's correction over all comparisons of the table with `fewest` pairs that vary; null for others. */
  readonly holm: number | null
  /** What the bare 95 % interval says: it leaves zero out, of `fewest` pairs or more. */
  readonly bare: boolean
  /** What is left of that after the correction. */
  readonly separated: boolean
}

/** A row of the views `paired` and `gain`; `separated` is what the bare interval says. */
export interface Stored {
  readonly n: number
  readonly delta: number | null
  readonly sd: number | null
  readonly ci95: number | null
  readonly wins: number
  readonly separated: boolean
}

/**
 * A difference by itself, before the others of its table are known; undefined where nothing was measured. With several
 * `looks` its interval is the repeated one, at 5 % divided by their number, and its p times it: `Seeds.until`.
 */
export const differenceOf = (row: Stored | undefined, looks: number): Difference | undefined => {
  if (row === undefined || row.delta === null) return undefined
  const { delta, n, sd, wins } = row
  const known = sd === null || !vary({ delta, sd }) ? {} : { detectable: detectable({ n, sd }), p: Math.min(1, looks * pairedP({ n, delta, sd })) }
  const ci95 = sd === null || looks === 1 ? row.ci95 : studentQuantile(1 - level / looks, n - 1) * sd / Math.sqrt(n)
  const leaves = looks === 1 ? row.separated : ci95 !== null && n >= fewest && Math.abs(delta) > ci95
  const bare = leaves && (sd === null || vary({ delta, sd }))
  return { n, delta, sd, ci95, wins, detectable: null, p: null, ...known, holm: null, bare, separated: false }
}

/** The differences with their p-values corrected for their number, and what is separated after that. */
export const corrected = (differences: ReadonlyArray<Difference>): ReadonlyMap<Difference, Difference> => {
  const judged = differences.filter(({ n, p }) => n >= fewest && p !== null)
  const left = holm(judged.map(({ p }) => p!))
  return new Map(judged.map((one, i) => [one, { ...one, holm: left[i]!, separated: one.bare && left[i]! < level }]))
}
