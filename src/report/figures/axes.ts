/** Axes of plots: few, pale lines, and numbers that read. */
import * as Plot from "@observablehq/plot"
import { type Canvas, sizes } from "./canvas.ts"

/** A number beside an axis: as few digits as tell it, with a power of ten where it is very small or large. */
export const tick = (value: number): string => {
  const size = Math.abs(value)
  return size !== 0 && (size < 1e-4 || size >= 1e6) ? value.toExponential().replace("e+", "e") : String(Number(value.toPrecision(6)))
}

interface Axis {
  /** What is named below or beside it; undefined where the title of the panel does. */
  readonly label?: string | undefined
  /** About how many numbers. */
  readonly ticks: number
}

const style = ({ theme }: Canvas) => ({
  tickSize: 0,
  tickPadding: 3,
  tickFormat: tick,
  color: theme.muted,
  fontSize: sizes.note,
  labelArrow: "none",
  fontVariant: ""
} as const)

/** Numbers below, with a line for each where `grid` says so. */
export const below = (canvas: Canvas, { label, ticks }: Axis, grid = false): ReadonlyArray<Plot.Markish> => [
  ...(grid ? [Plot.gridX({ ticks, stroke: canvas.theme.grid, strokeOpacity: 1, strokeWidth: 0.6 })] : []),
  Plot.axisX({ ...style(canvas), ticks, label: label ?? null, labelAnchor: "center", labelOffset: 17 })
]

/** Numbers at the left, with a line for each. */
export const left = (canvas: Canvas, { label, ticks }: Axis): ReadonlyArray<Plot.Markish> => [
  Plot.gridY({ ticks, stroke: canvas.theme.grid, strokeOpacity: 1, strokeWidth: 0.6 }),
  Plot.axisY({ ...style(canvas), ticks, label: label ?? null, labelAnchor: "center" })
]

/** Room around a plot for its numbers, in points. */
export const margins = { marginLeft: 26, marginRight: 6, marginTop: 5, marginBottom: 20 } as const
