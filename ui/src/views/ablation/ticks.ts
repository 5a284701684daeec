/** Round numbers along an axis. */

export interface Ticks {
  /** From at most the lowest value to at least the highest, evenly. */
  readonly values: ReadonlyArray<number>
  /** Decimals that tell them apart. */
  readonly digits: number
}

/** About `count` steps of 1, 2 or 5 times a power of ten that hold all between `low` and `high`. */
export const niceTicks = (low: number, high: number, count: number): Ticks => {
  const span = high > low ? high - low : Math.abs(low) || 1
  const power = 10 ** Math.floor(Math.log10(span / count))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => span / size <= count)!
  const first = Math.floor(low / step + 1e-9)
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9))
  return {
    values: Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step),
    digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  }
}
