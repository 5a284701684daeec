/** Two metrics against each other: which rows are best in one without being worse in the other. */
import * as Plot from "@observablehq/plot"
import { below, left, margins } from "./axes.ts"
import type { Canvas } from "./canvas.ts"
import type { Figure, Named } from "./compose.ts"
import { type Interval, type Measured, titled } from "./intervals.ts"

export interface Pareto {
  readonly experiment: string
  /** What it costs, say, and what it brings. Only rows that have both are drawn. */
  readonly x: Measured
  readonly y: Measured
}

interface Both extends Named {
  readonly x: Interval
  readonly y: Interval
}

/** A number that is the higher the better. */
const worth = (better: Measured["better"], value: number): number => better === "lower" ? -value : value

/**
 * The rows that no other beats in one metric and equals or beats in the other, from the left to the right. None where it is not
 * declared which way a metric is better.
 */
export const front = ({ x, y }: Pick<Pareto, "x" | "y">): ReadonlyArray<string> => {
  if (x.better === "neither" || y.better === "neither") return []
  const rows = both({ x, y })
  const of = (row: Both) => [worth(x.better, row.x.mean), worth(y.better, row.y.mean)] as const
  return rows
    .filter((row) => {
      const [a, b] = of(row)
      return !rows.some((other) => {
        const [c, d] = of(other)
        return c >= a && d >= b && (c > a || d > b)
      })
    })
    .toSorted((a, b) => a.x.mean - b.x.mean).map(({ name }) => name)
}

const both = ({ x, y }: Pick<Pareto, "x" | "y">): ReadonlyArray<Both> =>
  x.rows.flatMap((one) => {
    const other = y.rows.find(({ name }) => name === one.name)
    return other === undefined ? [] : [{ name: one.name, look: one.look, x: one, y: other }]
  })

export const paretoFigure = (canvas: Canvas, { experiment, x, y }: Pareto): Figure => {
  const { theme } = canvas
  const rows = both({ x, y })
  const best = front({ x, y })
  const line = best.flatMap((name) => rows.find((row) => row.name === name) ?? [])
  return {
    about: `${experiment}: ${y.metric} against ${x.metric}, ${rows.length} rows${best.length === 0 ? "" : `; at the front: ${best.join("; ")}`}`,
    panels: [{
      title: titled(y.metric, y.better),
      height: canvas.width > 300 ? 240 : 170,
      plot: () => ({
        ...margins,
        x: { nice: true, type: "linear" },
        y: { nice: true, type: "linear" },
        marks: [
          ...left(canvas, { ticks: 5 }),
          ...below(canvas, { label: titled(x.metric, x.better), ticks: 5 }, true),
          ...(line.length < 2 ? [] : [Plot.line(line, { x: (row: Both) => row.x.mean, y: (row: Both) => row.y.mean, stroke: theme.muted, strokeDasharray: "3 2", strokeWidth: 0.8, title: () => "front" })]),
          ...rows.flatMap(({ look, name, x, y }) => {
            const colour = theme.colour(look)
            return [
              ...(x.ci95 === null ? [] : [Plot.ruleY([0], { y: y.mean, x1: x.mean - x.ci95, x2: x.mean + x.ci95, stroke: colour, strokeWidth: 0.9, strokeOpacity: 0.6, title: () => `${canvas.shown(name)}: 95 % interval` })]),
              ...(y.ci95 === null ? [] : [Plot.ruleX([0], { x: x.mean, y1: y.mean - y.ci95, y2: y.mean + y.ci95, stroke: colour, strokeWidth: 0.9, strokeOpacity: 0.6, title: () => `${canvas.shown(name)}: 95 % interval` })]),
              Plot.dot([0], { x: x.mean, y: y.mean, r: 3, fill: colour, title: () => canvas.shown(name) })
            ]
          })
        ]
      })
    }],
    across: 1,
    legend: rows,
    sign: "dot",
    notes: [
      "Dot: mean over seeds. Bars: 95 % t-intervals. " +
      (best.length === 0
        ? "There is no front: which way is better is not declared of both metrics."
        : "Dashed: the front, whose rows no other beats in one metric without being worse in the other.")
    ]
  }
}
