/** Statistics of a few independent values: intervals, and differences of pairs. */
import { mean, sd } from "../pipeline/statistics.ts"

/**
 * P(|T| < t) for Student's t with `df` degrees of freedom (a positive integer).
 *
 * Source: Abramowitz and Stegun, 26.7.3 and 26.7.4.
 */
export const studentCentral = (t: number, df: number): number => {
  const angle = Math.atan(t / Math.sqrt(df))
  const cos2 = Math.cos(angle) ** 2
  let term = df % 2 === 1 ? Math.cos(angle) : 1
  let sum = df === 1 ? 0 : term
  for (let k = df % 2 === 1 ? 3 : 2; k <= df - 2; k += 2) {
    term *= (cos2 * (k - 1)) / k
    sum += term
  }
  return df % 2 === 1 ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum
}

/** The number t with P(|T| < t) = `share`, which lies in (0, 1). */
export const studentQuantile = (share: number, df: number): number => {
  let high = 2
  while (studentCentral(high, df) < share) high *= 2
  let low = 0
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2
    if (studentCentral(middle, df) < share) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The number t with P(|T| < t) = 0.95: what a 95 % interval multiplies the standard error with. */
export const student95 = (df: number): number => studentQuantile(0.95, df)

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

/** First minus second, paired by seed (the map's key); seeds that only one of them has are left out. */
export const paired = (first: ReadonlyMap<number, number>, second: ReadonlyMap<number, number>): Paired => {
  const differences = [...first].flatMap(([seed, value]) => {
    const other = second.get(seed)
    return other === undefined ? [] : [value - other]
  })
  const { ci95, mean: delta, n, sd } = estimate(differences)
  const wins = differences.filter((d) => d > 0).length
  return { n, delta, sd, ci95, wins, separated: n >= fewest && Math.abs(delta) > ci95 }
}
