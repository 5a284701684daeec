/** An answer about curves as columns that uPlot draws. */
import type { Answer } from "../../shell/ask.ts"

export type Curves = Answer<"/api/curves">
export type Group = Curves["groups"][number]
export type Look = Group["look"]

/** A line is broken at null, and goes on over what is undefined. */
type Column = ReadonlyArray<number | null | undefined>

/** A line of the plot: what it is of, and how it is drawn. */
export interface Drawn {
  readonly group: number
  /** `fewer`: the mean of some of the curves, where not all have a value. */
  readonly as: "mean" | "fewer" | "seed" | "raw" | "low" | "high"
  readonly values: Column
}

export interface Picture {
  readonly steps: ReadonlyArray<number>
  readonly lines: ReadonlyArray<Drawn>
  /** Indices of lines between which a band is filled. */
  readonly bands: ReadonlyArray<{ readonly low: number; readonly high: number; readonly group: number }>
  /** Points of means and seeds that a logarithmic scale has no place for. */
  readonly below: number
}

/** By what a group is called in the URL and told from the others. */
export const keyOf = ({ experiment, name }: Group): string => `${experiment}/${name}`

const hasPlace = (value: number): boolean => value > 0

/**
 * The same on a logarithmic scale. An end of a band that has no place there lies at the least value that is drawn: left out, the
 * band would be broken, or look narrower than it is.
 */
const onLogScale = (lines: ReadonlyArray<Drawn>): Pick<Picture, "lines" | "below"> => {
  let [least, below] = [Infinity, 0]
  for (const { as, values } of lines) {
    for (const value of values) {
      if (value === null || value === undefined) continue
      if (hasPlace(value)) least = Math.min(least, value)
      else if (as === "mean" || as === "fewer" || as === "seed") below++
    }
  }
  const placed = ({ as, values }: Drawn): Column => {
    const otherwise = (as === "low" || as === "high") && least < Infinity ? least : null
    return values.map((value) => value === null || value === undefined || hasPlace(value) ? value : otherwise)
  }
  return { lines: lines.map((line) => ({ ...line, values: placed(line) })), below }
}

/**
 * The values of a line: it goes on over steps at which its group has none, such as those that only other groups have, and is broken
 * where only some of its curves have one.
 */
const broken = (values: ReadonlyArray<number | null>, fewer: ReadonlyArray<number | null> | undefined): Column => {
  const out: Array<number | null | undefined> = [...values]
  let end = 0
  for (let from = 0; from < out.length; from = end + 1) {
    end = from
    while (end < out.length && values[end] === null) end++
    const isWithin = from > 0 && end < out.length
    if (isWithin && !fewer?.slice(from, end).some((value) => value !== null)) out.fill(undefined, from, end)
  }
  return out
}

/** Places of a line that is broken at null where a value stands by itself: no line leads there. */
export const alone = (values: Column): Array<number> =>
  values.flatMap((value, i) => typeof value === "number" && (i === 0 || values[i - 1] === null) && (i + 1 === values.length || values[i + 1] === null) ? [i] : [])

/** The lines of the groups that are not hidden: bands first, then what was recorded, and what it is about on top. */
export const pictureOf = ({ groups, steps }: Curves, hidden: ReadonlySet<string>, log: boolean): Picture => {
  const shown = groups.map((group, index) => ({ ...group, index })).filter((group) => !hidden.has(keyOf(group)))
  const lines: Array<Drawn> = []
  const add = (group: number, as: Drawn["as"], values: Column): number => lines.push({ group, as, values })
  const bands = shown.flatMap(({ band, index }) => {
    if (band === null) return []
    const high = add(index, "high", broken(band.high, band.fewer?.values))
    return { group: index, high, low: add(index, "low", broken(band.low, band.fewer?.values)) }
  })
  for (const { band, index, lines } of shown) {
    for (const { raw } of band === null ? lines : [band]) if (raw !== null) add(index, "raw", broken(raw, band?.fewer?.values))
  }
  for (const { band, index } of shown) if (band !== null && band.fewer !== null) add(index, "fewer", band.fewer.values)
  for (const { band, index, lines } of shown) {
    for (const { values } of band === null ? lines : [band]) add(index, band === null ? "seed" : "mean", broken(values, band?.fewer?.values))
  }
  return { steps, bands, ...log ? onLogScale(lines) : { lines, below: 0 } }
}

/** What a plot is made for: with the same, another answer is only other data. */
export const frameOf = ({ bands, lines }: Picture, groups: ReadonlyArray<Group>): string =>
  JSON.stringify([lines.map(({ as, group }) => [as, group, groups[group]!.look]), bands])

/** The place of a step among those that are drawn, or of the last one before it; null where it lies outside of them. */
export const placeOf = (steps: ReadonlyArray<number>, step: number): number | null => {
  const found = steps.findLastIndex((one) => one <= step)
  return found < 0 || step > steps.at(-1)! ? null : found
}

/** Dashes of a palette's look, as a canvas takes them. */
export const dashOf = ({ dash }: Look): Array<number> => dash === null ? [] : dash.split(" ").map((length) => 2 * Number(length))
