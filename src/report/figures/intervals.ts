/** Results with their 95 % intervals: one panel a metric, one line a row of the table. */
import * as Plot from "@observablehq/plot"
import { below, margins, tick } from "./axes.ts"
import { type Canvas, sizes, wrapped } from "./canvas.ts"
import type { Figure, Named } from "./compose.ts"
import { beyond, reach } from "./reach.ts"

export interface Interval extends Named {
  readonly n: number
  readonly mean: number
  /** Half the 95 % interval; null below two independent values. */
  readonly ci95: number | null
  /** One a stage execution. */
  readonly seeds: ReadonlyArray<number>
  readonly published?: number | undefined
}

export interface Measured {
  /** The metric with its unit. */
  readonly metric: string
  readonly better: "higher" | "lower" | "neither"
  /** The row that others are compared with. */
  readonly baseline?: string | undefined
  readonly rows: ReadonlyArray<Interval>
}

export interface Intervals {
  readonly experiment: string
  /** All rows in the order of the table, measured or not. */
  readonly rows: ReadonlyArray<Named>
  readonly metrics: ReadonlyArray<Measured>
}

/** Height of a row, and of the numbers below, in points. */
const [line, bottom] = [17, 12] as const

/** The metric, and which way is better. */
export const titled = (metric: string, better: Measured["better"]): string =>
  better === "neither" ? metric : `${metric}, ${better} is better`

/** A published figure: a diamond at its place, or at the end of the axis on whose side it lies an arrow with the number. */
const publishedMark = (canvas: Canvas, name: string, value: number, y: number, side: "left" | "right" | undefined): Plot.Markish => {
  const { ink, muted } = canvas.theme
  const title = () => `${canvas.shown(name)}: published`
  if (side === undefined) return Plot.dot([value], { x: value, y, r: 2.6, symbol: "diamond", stroke: ink, strokeWidth: 0.8, title })
  const text = side === "left" ? `← ${tick(value)}` : `${tick(value)} →`
  return Plot.text([value], { text: () => text, y, dy: -5, frameAnchor: side, fontSize: sizes.note, fill: muted, title })
}

const panelOf = (canvas: Canvas, all: ReadonlyArray<Named>, room: number, { baseline, better, metric, rows }: Measured) => ({
  title: titled(metric, better),
  height: all.length * line + bottom + margins.marginTop,
  plot: (_width: number, first: boolean): Plot.PlotOptions => {
    const { theme } = canvas
    const place = new Map(all.map(({ name }, i) => [name, i]))
    const anchor = rows.find(({ name }) => name === baseline)
    const names = all.map(({ name }) => wrapped(canvas, name, room - 8, sizes.text, 2).join("\n"))
    const ends = rows.flatMap(({ ci95, mean, seeds }) => [mean - (ci95 ?? 0), mean + (ci95 ?? 0), ...seeds])
    const reached = reach(ends, rows.flatMap(({ published }) => published ?? []))
    const own = rows.map((row) => ({ ...row, y: place.get(row.name)!, colour: theme.colour(row.look) }))
    return {
      ...margins,
      marginBottom: bottom,
      marginLeft: (first ? room : 0) + 6,
      y: { domain: [all.length - 0.5, -0.5], axis: null, type: "linear" },
      x: { type: "linear", nice: true, ...(reached === undefined ? {} : { domain: reached }) },
      marks: [
        ...below(canvas, { ticks: 4 }, true),
        ...(anchor === undefined ? [] : [Plot.ruleX([anchor.mean], { stroke: theme.muted, strokeDasharray: "2 2", strokeWidth: 0.7, title: () => "baseline" })]),
        ...(first
          ? [Plot.text(names, { frameAnchor: "left", y: (_, i) => i, text: (name) => name, dx: -6, textAnchor: "end", fill: theme.ink, fontSize: sizes.text, lineHeight: 1.05 })]
          : []),
        ...own.flatMap(({ ci95, colour, mean, name, published, seeds, y }) => [
          ...(ci95 === null ? [] : [Plot.ruleY([y], { y, x1: mean - ci95, x2: mean + ci95, stroke: colour, strokeWidth: 1.5, title: () => `${canvas.shown(name)}: 95 % interval` })]),
          Plot.dot(seeds, { x: (value) => value, y, r: 1.8, stroke: colour, strokeWidth: 0.7, fill: "none", dy: 4.5, title: () => `${canvas.shown(name)}: single seeds` }),
          Plot.dot([mean], { x: mean, y, r: 2.6, fill: colour, title: () => canvas.shown(name) }),
          ...(published === undefined || reached === undefined ? [] : [publishedMark(canvas, name, published, y, beyond(published, reached))])
        ])
      ]
    }
  }
})

/** What the marks are, those that there are. */
const notesOf = (metrics: ReadonlyArray<Measured>): string => {
  const rows = metrics.flatMap((metric) => metric.rows)
  const most = Math.max(0, ...rows.map(({ n }) => n))
  return [
    most <= 1 ? "Dot: the only seed." : `Dot: mean of at most ${most} seeds. Bar: its 95 % t-interval. Rings: single seeds.`,
    ...(metrics.some(({ baseline, rows }) => rows.some(({ name }) => name === baseline)) ? ["Dashed line: the baseline."] : []),
    ...(rows.some(({ published }) => published !== undefined) ? ["Diamond, or a number with an arrow beyond the axis: published, of another model and other data, where the study quotes it."] : [])
  ].join(" ")
}

export const intervalFigure = (canvas: Canvas, { experiment, metrics, rows }: Intervals): Figure => {
  const longest = Math.max(0, ...rows.map(({ name }) => canvas.measure(canvas.shown(name.slice(0, 400)), sizes.text)))
  const wide = canvas.width > 300
  const across = wide ? Math.min(3, metrics.length) : 1
  const room = Math.min(longest + 10, canvas.width * (across > 1 ? 0.2 : 0.42))
  return {
    about: `${experiment}: ${metrics.map(({ metric }) => metric).join(", ")} with 95 % intervals, ${rows.length} rows`,
    panels: metrics.map((metric) => panelOf(canvas, rows, room, metric)),
    across,
    names: room,
    legend: [],
    sign: "dot",
    notes: [notesOf(metrics)]
  }
}
