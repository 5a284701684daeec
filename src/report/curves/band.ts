/** What several curves have in common: their mean, and how far they lie apart. */
import { mean } from "../../pipeline/statistics.ts"
import { estimate } from "../statistics.ts"

/** Over the same steps each; NaN where there is nothing to say. */
export interface Band {
  /** Of all curves: NaN at steps that some of them have no value at, as they ended, failed, or have not come so far. */
  readonly mean: Float64Array
  /** Of those curves that have a value where not all have. It is another population, and no line goes on from one to the other. */
  readonly fewer: Float64Array
  /** How many those are. */
  readonly n: Float64Array
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

/** The band of curves over the same steps: at each step of those that have a value there; one of several spans none. */
export const band = (curves: ReadonlyArray<Float64Array>, spread: Spread): Band => {
  const length = curves[0]?.length ?? 0
  const out = { mean: new Float64Array(length).fill(NaN), fewer: new Float64Array(length).fill(NaN), n: new Float64Array(length).fill(NaN), low: new Float64Array(length), high: new Float64Array(length) }
  const values: Array<number> = [] // one for all steps: long curves have tens of thousands
  for (let i = 0; i < length; i++) {
    values.length = 0
    for (const curve of curves) if (!Number.isNaN(curve[i]!)) values.push(curve[i]!)
    const all = values.length === curves.length
    const [low, high] = all || values.length > 1 ? edges(values, spread) : [NaN, NaN]
    if (all) out.mean[i] = mean(values)
    else if (values.length > 0) [out.fewer[i], out.n[i]] = [mean(values), values.length]
    out.low[i] = low
    out.high[i] = high
  }
  return out
}
