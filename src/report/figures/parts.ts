/** Parts of the reward while a policy trains: a panel of curves each. */
import { type Canvas } from "./canvas.ts"
import type { Figure, Named } from "./compose.ts"
import { curvePanel, curvesOf, noteOf, radiusOf, type Value } from "./curves.ts"

/** What a figure of parts is made of; values of a part are means over the completions of a step. */
export interface Parts {
  readonly experiment: string
  readonly rows: ReadonlyArray<Named>
  readonly values: ReadonlyArray<Value & { readonly part: string }>
}

export const partsFigure = (canvas: Canvas, { experiment, rows, values }: Parts): Figure => {
  const radius = radiusOf(new Set(values.map(({ step }) => step)).size)
  const panels = [...Map.groupBy(values, ({ part }) => part)].map(([part, own]) => ({ part, curves: curvesOf(own, rows, radius) }))
  const across = canvas.width > 300 ? 3 : 2
  const lastLine = (Math.ceil(panels.length / across) - 1) * across
  const there = new Set(panels.flatMap(({ curves }) => curves.map(({ name }) => name)))
  return {
    about: `${experiment}: parts of the reward over training steps`,
    panels: panels.map(({ curves, part }, i) =>
      curvePanel(canvas, { curves, height: 92, title: part, x: i >= lastLine ? "training step" : undefined })),
    across,
    legend: rows.filter(({ name }) => there.has(name)),
    sign: "line",
    notes: [`Mean of each part over a step's completions, before weights. ${noteOf(panels.flatMap(({ curves }) => curves), radius)}`]
  }
}
