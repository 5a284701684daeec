/** The first step at which a noisy curve has risen. */
import { mean } from "../pipeline/statistics.ts"

export interface Rise {
  /** Means over the first and the last `window` values. */
  readonly start: number
  readonly end: number
  /** From 0. Undefined where the curve did not rise. */
  readonly firstStep: number | undefined
}

/**
 * The first step from which on the mean over `window` values lies at least `by` above that of the first ones. Of a shorter curve,
 * the window is all of it.
 */
export const firstRise = (values: ReadonlyArray<number>, window: number, by: number): Rise => {
  const width = Math.min(window, values.length)
  const means = Array.from({ length: values.length - width + 1 }, (_, i) => mean(values.slice(i, i + width)))
  const start = means[0]!
  const found = means.findIndex((value) => value >= start + by)
  return { start, end: means.at(-1)!, firstStep: found < 0 ? undefined : found }
}
