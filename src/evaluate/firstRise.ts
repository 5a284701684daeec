/** The first step at which a noisy curve has risen. */
import type { AtStep } from "../pipeline/run/ledger.ts"
import { mean } from "../pipeline/statistics.ts"

export interface Rise {
  /** Means over the first and the last `window` values. */
  readonly start: number
  readonly end: number
  /** From 0. Undefined where the curve did not rise. */
  readonly firstStep: number | undefined
}

/**
 * The first step from which on the mean over `window` values lies at least `by` above that of the first ones. Values that are no numbers
 * are left out. Of a shorter curve, the window is all of it.
 */
export const firstRise = (curve: ReadonlyArray<AtStep>, window: number, by: number): Rise => {
  const points = curve.flatMap(({ step, value }) => value === null || Number.isNaN(value) ? [] : [{ step, value }])
  const width = Math.min(window, points.length)
  const means = Array.from({ length: points.length - width + 1 }, (_, i) => mean(points.slice(i, i + width).map(({ value }) => value)))
  const start = means[0]!
  const found = means.findIndex((value) => value >= start + by)
  return { start, end: means.at(-1)!, firstStep: points[found]?.step }
}
