/** Paired bootstrap over the examples of an evaluation: how sure the difference of two single runs is. */
import * as Random from "../pipeline/Random.ts"

/** A difference, and where 95 of 100 of its resamples lie. */
export interface Bootstrapped {
  readonly delta: number
  readonly low: number
  readonly high: number
  /** Resamples that had a difference: where nothing of a size was drawn, there is none. */
  readonly resamples: number
}

/** The value below which a share of sorted ones lies, between two of them in proportion. */
const quantile = (sorted: ReadonlyArray<number>, share: number): number => {
  const place = share * (sorted.length - 1)
  const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!]
  return low + (high - low) * (place - Math.floor(place))
}

/**
 * The difference of two runs on `size` examples and its 95 % percentile interval. `difference` measures both runs on the
 * examples at these places, which may come several times, and subtracts; drawing the same examples for both is what pairs them.
 *
 * It says how the difference would vary over other examples, and nothing of other seeds: two runs of one row differ too.
 *
 * Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), section 13.3; over test examples: Koehn, EMNLP 2004.
 */
export const pairedBootstrap = (
  size: number,
  difference: (places: ReadonlyArray<number>) => number,
  resamples = 1000
): Bootstrapped => {
  const delta = difference(Array.from({ length: size }, (_, i) => i))
  const drawn: Array<number> = []
  for (let resample = 0; resample < resamples; resample++) {
    const next = Random.stream(Random.fold(Random.key(0), "bootstrap", resample))
    const value = difference(Array.from({ length: size }, () => Math.floor(next() * size)))
    if (Number.isFinite(value)) drawn.push(value)
  }
  drawn.sort((a, b) => a - b)
  const [low, high] = drawn.length === 0 ? [NaN, NaN] : [quantile(drawn, 0.025), quantile(drawn, 0.975)]
  return { delta, low, high, resamples: drawn.length }
}
