/** Values of rewards, and differences of two of them, as people read them. */

/** What is left over when equal sums of floating-point numbers are taken from each other. */
const dust = 1e-9

/** Three decimals, and for what has none of them three significant digits: little is not nothing. */
const rounded = (value: number): number =>
  Math.abs(value) < dust ? 0 : Number(Math.abs(value) < 0.001 ? value.toPrecision(3) : value.toFixed(3))

export const shownValue = (value: number | null | undefined): string =>
  value === undefined ? "" : value === null ? "not a number" : String(rounded(value))

/** With its sign; null where one side has no number. */
export const shownChange = (change: number | null): string =>
  change === null ? "" : `${rounded(change) > 0 ? "+" : ""}${rounded(change)}`.replace("-", "−")

/** Class of a difference. */
export const lookOf = (change: number | null): string =>
  change === null || rounded(change) === 0 ? "number" : change > 0 ? "number good" : "number bad"
