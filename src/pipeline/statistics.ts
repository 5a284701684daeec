/** The one sum, mean, median and standard deviation, and whether numbers differ at all. */

export const sum = (values: ReadonlyArray<number>): number => values.reduce((a, b) => a + b, 0)

/** The middle value, the lower of two. */
export const median = (values: ReadonlyArray<number>): number => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!

/** Arithmetic mean. NaN for no values. */
export const mean = (values: ReadonlyArray<number>): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** Standard deviation of a sample (n - 1 below), in two passes so that it is stable. NaN below two values. */
export const sd = (values: ReadonlyArray<number>): number => {
  if (values.length < 2) return NaN
  const centre = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1))
}

/** The value, or 0 where it is none: a mean of nothing that counts as nothing. */
export const orZero = (value: number): number => Number.isNaN(value) ? 0 : value

/** What sums of the same numbers in another order may differ by. */
const rounding = 1e-8

/** True when no value differs from another by more than rounding: of a group of rewards, that it teaches nothing. */
export const isFlat = (values: ReadonlyArray<number>): boolean => values.every((value) => Math.abs(value - values[0]!) <= rounding)
