/** Statistics of a few independent values: intervals, and differences of pairs. */
import { mean, sd } from "../pipeline/statistics.ts"
import { student95 } from "../pipeline/student.ts"

/** What is known about a quantity from `n` independent values; `sd` and `ci95` are NaN below two. */
export interface Estimate {
  readonly n: number
  readonly mean: number
  readonly sd: number
  /** Half the width of the 95 % t-interval of the mean. */
  readonly ci95: number
}

export const estimate = (values: ReadonlyArray<number>): Estimate => {
  const n = values.length
  const spread = sd(values)
  return { n, mean: mean(values), sd: spread, ci95: n < 2 ? NaN : (student95(n - 1) * spread) / Math.sqrt(n) }
}

/** Pairs below which no difference is called separated: two may agree by chance, and their spread says next to nothing. */
export const fewest = 3

/** A difference between two treatments over the seeds that both have. */
export interface Paired {
  readonly n: number
  readonly delta: number
  readonly sd: number
  readonly ci95: number
  /** Seeds at which the first is above the second. */
  readonly wins: number
  /** True when the 95 % interval leaves zero out, of `fewest` pairs or more. */
  readonly separated: boolean
}

/** What differences of pairs say. */
export const ofPairs = (differences: ReadonlyArray<number>): Paired => {
  const { ci95, mean: delta, n, sd } = estimate(differences)
  const wins = differences.filter((d) => d > 0).length
  return { n, delta, sd, ci95, wins, separated: n >= fewest && Math.abs(delta) > ci95 }
}

/** First minus second, paired by seed (the map's key); seeds that only one of them has are left out. */
export const paired = (first: ReadonlyMap<number, number>, second: ReadonlyMap<number, number>): Paired =>
  ofPairs([...first].flatMap(([seed, value]) => {
    const other = second.get(seed)
    return other === undefined ? [] : [value - other]
  }))
