/** What the legend says of a group. */
import type { Group } from "./picture.ts"

type Column = ReadonlyArray<number | null>

/** A number as a person compares it. */
export const digits = (value: number): string => String(Number(value.toPrecision(4)))

/** The last index at or before `index` at which there is a value; -1 where there is none. */
const lastAt = (values: Column, index: number): number => values.slice(0, index + 1).findLastIndex((value) => value !== null)

/** A value with what lies around it, and its step where that is not the one that was asked for. */
const valueAt = (values: Column, index: number, steps: ReadonlyArray<number>, around: (at: number) => string = () => ""): string => {
  const at = lastAt(values, index)
  if (at < 0) return "–"
  return `${digits(values[at]!)}${around(at)}${at < index ? `, step ${steps[at]}` : ""}`
}

/** Values of each seed's line, or of mean and band: those of a step, or of the last one before it that has some. */
export const valueOf = ({ band, lines }: Group, index: number, steps: ReadonlyArray<number>): string => {
  if (band === null) return lines.map(({ values }) => valueAt(values, index, steps)).join("  ")
  return valueAt(band.values, index, steps, (at) => {
    const [low, high] = [band.low[at] ?? null, band.high[at] ?? null]
    return low === null || high === null || low === high ? "" : `  (${digits(low)} to ${digits(high)})`
  })
}

/** The first step risen, as the mean over the curves that have. */
export const riseOf = ({ curves }: Group): string => {
  const risen = curves.flatMap(({ rises }) => rises ?? [])
  if (risen.length === 0) return `none of ${curves.length}`
  const mean = risen.reduce((sum, step) => sum + step, 0) / risen.length
  return `${Math.round(mean)}  (${risen.length} of ${curves.length})`
}
