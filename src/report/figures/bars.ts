/** Bar charts: how often each of some values occurs. */
import * as Plot from "@observablehq/plot"
import { type Canvas, fitted, sizes } from "./canvas.ts"
import type { Figure } from "./compose.ts"
import { hues } from "./palette.ts"

export interface Bars {
  readonly title: string
  readonly bars: ReadonlyArray<readonly [name: string, count: number]>
}

const line = 13

/** Charts below each other. */
export const barFigure = (canvas: Canvas, charts: ReadonlyArray<Bars>): Figure => {
  const { measure, shown, theme } = canvas
  return {
    about: charts.map(({ title }) => title).join("; "),
    panels: charts.map(({ bars, title }) => ({
      title,
      height: bars.length * line + 4,
      plot: (width) => {
        const names = bars.map(([name]) => fitted(canvas, name, width * 0.3))
        const room = Math.max(0, ...names.map((name) => measure(shown(name), sizes.text))) + 6
        return {
          marginLeft: room,
          marginRight: 40,
          marginTop: 0,
          marginBottom: 4,
          x: { domain: [0, Math.max(1, ...bars.map(([, count]) => count))], axis: null },
          y: { domain: bars.map((_, i) => i), axis: null, type: "band", padding: 0.25 },
          marks: [
            Plot.barX(bars, { x: (bar: Bars["bars"][number]) => bar[1], y: (_: unknown, i: number) => i, fill: theme.colour({ ...hues[0]!, dash: undefined }) }),
            Plot.text(names, { frameAnchor: "left", y: (_: unknown, i: number) => i, text: (name: string) => name, dx: -5, textAnchor: "end", fill: theme.ink, fontSize: sizes.text }),
            Plot.text(bars, { x: (bar: Bars["bars"][number]) => bar[1], y: (_: unknown, i: number) => i, text: (bar: Bars["bars"][number]) => String(bar[1]), dx: 4, textAnchor: "start", fill: theme.muted, fontSize: sizes.text })
          ]
        }
      }
    })),
    across: 1,
    legend: [],
    sign: "dot",
    notes: []
  }
}
