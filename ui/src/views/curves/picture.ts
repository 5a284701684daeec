/** An answer about curves as columns that uPlot draws. */
import type { Answer } from "../../shell/ask.ts"

export type Curves = Answer<"/api/curves">
export type Group = Curves["groups"][number]
export type Look = Group["look"]

type Column = ReadonlyArray<number | null>

/** A line of the plot: what it is of, and how it is drawn. */
export interface Drawn {
  readonly group: number
  readonly as: "mean" | "seed" | "raw" | "low" | "high"
  readonly values: Column
}

export interface Picture {
  readonly steps: ReadonlyArray<number>
  readonly lines: ReadonlyArray<Drawn>
  /** Indices of lines between which a band is filled. */
  readonly bands: ReadonlyArray<{ readonly low: number; readonly high: number; readonly group: number }>
  /** Values that a logarithmic scale has no place for. */
  readonly below: number
}

/** By what a group is called in the URL and told from the others. */
export const keyOf = ({ experiment, name }: Group): string => `${experiment}/${name}`

/** The lines of the groups that are not hidden: bands first, then what was recorded, and what it is about on top. */
export const pictureOf = ({ groups, steps }: Curves, hidden: ReadonlySet<string>, log: boolean): Picture => {
  let below = 0
  const scaled = (values: Column): Column => {
    if (!log) return values
    return values.map((value) => {
      if (value === null || value > 0) return value
      below++
      return null
    })
  }
  const shown = groups.map((group, index) => ({ ...group, index })).filter((group) => !hidden.has(keyOf(group)))
  const lines: Array<Drawn> = []
  const add = (group: number, as: Drawn["as"], values: Column): number => lines.push({ group, as, values: scaled(values) })
  const bands = shown.flatMap(({ band, index }) => {
    if (band === null) return []
    const high = add(index, "high", band.high)
    return { group: index, high, low: add(index, "low", band.low) }
  })
  for (const { band, index, lines } of shown) {
    for (const { raw } of band === null ? lines : [band]) if (raw !== null) add(index, "raw", raw)
  }
  for (const { band, index, lines } of shown) {
    for (const { values } of band === null ? lines : [band]) add(index, band === null ? "seed" : "mean", values)
  }
  return { steps, lines, bands, below }
}

/** The last value of a column at or before an index. */
export const lastAt = (values: Column, index: number): number | null => {
  const before = values.slice(0, index + 1)
  return before.findLast((value) => value !== null) ?? null
}

/** A number as a person compares it. */
export const digits = (value: number | null): string => value === null ? "–" : String(Number(value.toPrecision(4)))

/** Dashes of a palette's look, as a canvas takes them. */
export const dashOf = ({ dash }: Look): Array<number> => dash === null ? [] : dash.split(" ").map((length) => 2 * Number(length))
