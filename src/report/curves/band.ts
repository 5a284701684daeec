/** What several curves have in common: their mean, and how far they lie apart. */
import { mean } from "../../pipeline/statistics.ts"
import { estimate } from "../statistics.ts"

/** Over the same steps each; NaN where there is nothing to say. */
export interface Band {
  readonly mean: Float64Array
  readonly low: Float64Array
  readonly high: Float64Array
}

/** From the lowest to the highest, or the 95 % t-interval of the mean, which one value has none of. */
export type Spread = "range" | "interval"

const edges = (values: ReadonlyArray<number>, spread: Spread): readonly [low: number, high: number] => {
  if (spread === "range") return [Math.min(...values), Math.max(...values)]
  const { ci95, mean } = estimate(values)
  return [mean - ci95, mean + ci95]
}

/** The band of curves over the same steps: at each step of those that have a value there. */
export const band = (curves: ReadonlyArray<Float64Array>, spread: Spread): Band => {
  const length = curves[0]?.length ?? 0
  const out = { mean: new Float64Array(length), low: new Float64Array(length), high: new Float64Array(length) }
  const values: Array<number> = [] // one for all steps: long curves have tens of thousands
  for (let i = 0; i < length; i++) {
    values.length = 0
    for (const curve of curves) if (!Number.isNaN(curve[i]!)) values.push(curve[i]!)
    const [low, high] = values.length === 0 ? [NaN, NaN] : edges(values, spread)
    out.mean[i] = mean(values)
    out.low[i] = low
    out.high[i] = high
  }
  return out
}
