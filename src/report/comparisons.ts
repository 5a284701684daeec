/** How far differences of pairs can be trusted: p-values, their correction for many comparisons, and what n could show. */
import { studentCentral, studentQuantile } from "../pipeline/student.ts"

/** The error rate that every test and interval is for. */
export const level = 0.05

/** The share of repetitions in which a difference that is there should be found. */
export const power = 0.8

/** What is known of the differences of pairs. */
export interface Pairs {
  readonly n: number
  /** Mean of the differences. */
  readonly delta: number
  /** Their standard deviation; NaN below two. */
  readonly sd: number
}

/** Below this share of their mean, differences of pairs are apart by rounding alone. */
const rounding = 1e-9

/**
 * Whether differences of pairs vary at all. Where they do not, as where nothing that was measured depends on the seed, there is
 * nothing to judge chance by: a test would call any difference certain.
 */
export const vary = ({ delta, sd }: Pick<Pairs, "delta" | "sd">): boolean => sd > rounding * Math.abs(delta)

/** Two-sided p of the paired t-test: how often chance alone sets pairs as far apart. NaN below two pairs, and of pairs that do not `vary`. */
export const pairedP = ({ delta, n, sd }: Pairs): number => {
  if (n < 2 || !vary({ delta, sd })) return NaN
  return Math.max(0, 1 - studentCentral(Math.abs(delta) / (sd / Math.sqrt(n)), n - 1))
}

/**
 * p-values corrected so that among all of them together a false one below `level` comes with at most that probability,
 * whatever their dependence; in the order given.
 *
 * Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979).
 */
export const holm = (values: ReadonlyArray<number>): ReadonlyArray<number> => {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!)
  const corrected: Array<number> = []
  let least = 0
  order.forEach((place, rank) => {
    least = Math.max(least, Math.min(1, (values.length - rank) * values[place]!))
    corrected[place] = least
  })
  return corrected
}

/**
 * The smallest true difference that `n` pairs with this standard deviation of their differences show (two-sided, `level` 5 %)
 * in 80 of 100 repetitions: (t(0.975) + t(0.8)) x sd / sqrt(n), quantiles of Student's t with n - 1 degrees of freedom. NaN
 * below two pairs.
 *
 * The sum of two central quantiles stands for a quantile of the non-central t: at three pairs the true power is some points
 * below 80 %, from six pairs on within one. Source: Bloom, "Minimum detectable effects", Evaluation Review 19 (1995), 547-556.
 */
export const detectable = ({ n, sd }: Pick<Pairs, "n" | "sd">): number =>
  n < 2
    ? NaN
    : (studentQuantile(1 - level, n - 1) + studentQuantile(2 * power - 1, n - 1)) * sd / Math.sqrt(n)

/** More pairs than anybody runs. */
export const mostPairs = 10_000

/**
 * The fewest pairs, at least `least`, by which `detectable` is at most `difference` (above 0); undefined beyond `mostPairs`.
 * It falls with the number of pairs, so halving finds it.
 */
export const pairsNeeded = (sd: number, difference: number, least: number): number | undefined => {
  const shows = (n: number): boolean => detectable({ n, sd }) <= difference
  if (!shows(mostPairs)) return undefined
  let [below, enough] = [least - 1, mostPairs]
  while (enough - below > 1) {
    const middle = Math.floor((below + enough) / 2)
    if (shows(middle)) enough = middle
    else below = middle
  }
  return enough
}
