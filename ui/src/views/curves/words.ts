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

/** Of how many curves a mean is, where that is not all of them. */
const shareOf = ({ band, curves }: Group, at: number): string => {
  const n = band?.values[at] === null ? band.fewer?.n[at] ?? null : null
  return n === null ? "" : `, ${n} of ${curves.length} ${new Set(curves.map(({ variant }) => variant)).size > 1 ? "curves" : "seeds"}`
}

/** Values of each seed's line, or of mean and band: those of a step, or of the last one before it that has some. */
export const valueOf = (group: Group, index: number, steps: ReadonlyArray<number>): string => {
  const { band, lines } = group
  if (band === null) return lines.map(({ values }) => valueAt(values, index, steps)).join("  ")
  const { fewer, high, low, values } = band
  const means = fewer === null ? values : values.map((value, i) => value ?? fewer.values[i]!)
  return valueAt(means, index, steps, (at) => {
    const [from, to] = [low[at] ?? null, high[at] ?? null]
    const around = from === null || to === null || from === to ? "" : `  (${digits(from)} to ${digits(to)})`
    return around + shareOf(group, at)
  })
}

/** The first step risen, as the mean over the curves that have. */
export const riseOf = ({ curves }: Group): string => {
  const risen = curves.flatMap(({ rises }) => rises ?? [])
  if (risen.length === 0) return `none of ${curves.length}`
  const mean = risen.reduce((sum, step) => sum + step, 0) / risen.length
  return `${Math.round(mean)}  (${risen.length} of ${curves.length})`
}
