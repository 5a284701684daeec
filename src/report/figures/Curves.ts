/** Learning curves as a chart. */
import type { Chart } from "./plot.ts"
import { mean } from "../../pipeline/statistics.ts"

/** A row of the view `learning_curve`, for one metric. */
export interface CurveRow {
  readonly variant: string
  readonly seed: number
  readonly step: number
  readonly value: number | null
}

/** Mean of the values up to `radius` steps around each, which shows a trend under the noise of single batches. */
export const smooth = (values: ReadonlyArray<number>, radius: number): ReadonlyArray<number> =>
  values.map((_, i) => mean(values.slice(Math.max(0, i - radius), i + radius + 1)))

/**
 * The learning curves of an experiment as a chart: each seed's curve is smoothed, then a line is the mean over the
 * seeds that reached a step, and its band goes from the lowest to the highest of them. `axis` is what the variants are
 * labels of.
 */
export const chart = (
  experiment: string,
  metric: string,
  rows: ReadonlyArray<CurveRow>,
  variants: ReadonlyArray<string>,
  axis?: string
): Chart => {
  const steps = new Set(rows.map((row) => row.step)).size
  const radius = Math.min(5, Math.floor(steps / 12))
  const series = variants.map((variant) => {
    const bySeed = Map.groupBy(rows.filter((row) => row.variant === variant && row.value !== null), (row) => row.seed)
    const byStep = new Map<number, Array<number>>()
    for (const curve of bySeed.values()) {
      const ordered = curve.toSorted((a, b) => a.step - b.step)
      smooth(ordered.map((row) => row.value ?? 0), radius).forEach((value, i) => {
        const { step } = ordered[i]!
        byStep.set(step, [...(byStep.get(step) ?? []), value])
      })
    }
    const points = [...byStep].sort(([a], [b]) => a - b).map(([step, values]) => ({
      x: step,
      mean: mean(values),
      low: Math.min(...values),
      high: Math.max(...values)
    }))
    return { name: variant, points }
  })
  const seeds = new Set(rows.map((row) => row.seed)).size
  const smoothing = radius === 0 ? "" : `, smoothed over ${2 * radius + 1} steps`
  return {
    title: `${experiment}: ${metric} while training`,
    subtitle: seeds === 1
      ? `Line: the only seed${smoothing}.`
      : `Line: mean of ${seeds} seeds${smoothing}. Band: lowest to highest.`,
    x: "training step",
    y: `mean ${metric}, that of each row`,
    names: axis,
    series: series.filter((one) => one.points.length > 0)
  }
}
