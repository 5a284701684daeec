/** Learning curves: the mean of each row's seeds over steps, with a band from the lowest seed to the highest. */
import * as Plot from "@observablehq/plot"
import { mean } from "../../pipeline/statistics.ts"
import { below, left, margins } from "./axes.ts"
import { type Canvas, fitted, sizes } from "./canvas.ts"
import type { Figure, Named, Panel } from "./compose.ts"

/** A value of a row at a step under a seed, such as the views `learning_curve` and `reward_part` have. */
export interface Value {
  readonly variant: string
  readonly seed: number
  readonly step: number
  readonly value: number | null
}

export interface Point {
  readonly step: number
  readonly mean: number
  readonly low: number
  readonly high: number
  /** Seeds that it is of. */
  readonly n: number
}

export interface Curve extends Named {
  /** Seeds that have any point. */
  readonly seeds: number
  readonly points: ReadonlyArray<Point>
}

/** Mean of the values up to `radius` steps around each, which shows a trend under the noise of single batches. */
export const smooth = (values: ReadonlyArray<number>, radius: number): ReadonlyArray<number> =>
  values.map((_, i) => mean(values.slice(Math.max(0, i - radius), i + radius + 1)))

/** At most `most` points: each is the mean of its neighbours, and its band holds theirs, so that no peak is hidden. */
export const thinned = (points: ReadonlyArray<Point>, most: number): ReadonlyArray<Point> => {
  const every = Math.ceil(points.length / most)
  if (every <= 1) return points
  return Array.from({ length: Math.ceil(points.length / every) }, (_, i) => {
    const near = points.slice(i * every, (i + 1) * every)
    return {
      step: near[Math.floor(near.length / 2)]!.step,
      mean: mean(near.map((point) => point.mean)),
      low: Math.min(...near.map(({ low }) => low)),
      high: Math.max(...near.map(({ high }) => high)),
      n: Math.min(...near.map(({ n }) => n))
    }
  })
}

/** How many steps around each are averaged: none of short curves. */
export const radiusOf = (steps: number): number => Math.min(5, Math.floor(steps / 12))

/** Points of one row: each seed's curve smoothed, then their mean and range at every step that any of them reached. */
const pointsOf = (values: ReadonlyArray<Value>, radius: number): ReadonlyArray<Point> => {
  const byStep = new Map<number, Array<number>>()
  for (const curve of Map.groupBy(values.filter(({ value }) => value !== null), ({ seed }) => seed).values()) {
    const ordered = curve.toSorted((a, b) => a.step - b.step)
    smooth(ordered.map(({ value }) => value!), radius).forEach((value, i) => {
      const { step } = ordered[i]!
      const there = byStep.get(step)
      if (there === undefined) byStep.set(step, [value])
      else there.push(value)
    })
  }
  return [...byStep].toSorted(([a], [b]) => a - b)
    .map(([step, all]) => ({ step, mean: mean(all), low: Math.min(...all), high: Math.max(...all), n: all.length }))
}

/** The curves of those of the rows that have any. */
export const curvesOf = (values: ReadonlyArray<Value>, rows: ReadonlyArray<Named>, radius: number): ReadonlyArray<Curve> => {
  const byRow = Map.groupBy(values, ({ variant }) => variant)
  return rows.flatMap((row) => {
    const own = byRow.get(row.name) ?? []
    const points = pointsOf(own, radius)
    return points.length === 0 ? [] : [{ ...row, points, seeds: new Set(own.filter(({ value }) => value !== null).map(({ seed }) => seed)).size }]
  })
}

/** Of fewer seeds than the row has: another population, which its line does not go on with. */
const isOfFewer = ({ seeds }: Curve) => ({ n }: Point): boolean => n < seeds

/** What lines and bands are. */
export const noteOf = (curves: ReadonlyArray<Curve>, radius: number): string => {
  const counts = curves.map(({ seeds }) => seeds)
  const [least, most] = [Math.min(...counts), Math.max(0, ...counts)]
  const smoothing = radius === 0 ? "" : `, smoothed over ${2 * radius + 1} points`
  if (most <= 1) return `Line: the only seed${smoothing}.`
  const fewer = curves.some((curve) => curve.points.some(isOfFewer(curve))) ? " Dotted: mean of the fewer seeds that got there." : ""
  return `Line: mean of ${least < most ? "up to " : ""}${most} seeds${smoothing}. Band: lowest to highest seed.${fewer}`
}

/** Moves positions apart to at least `gap`, keeping their order and staying inside `low` to `high` where they fit. */
export const spread = (wanted: ReadonlyArray<number>, gap: number, low: number, high: number): ReadonlyArray<number> => {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]! || a - b)
  const placed = new Array<number>(wanted.length)
  let floor = low
  for (const i of order) {
    placed[i] = Math.max(wanted[i]!, floor)
    floor = placed[i]! + gap
  }
  let ceiling = high
  for (const i of order.toReversed()) {
    placed[i] = Math.min(placed[i]!, ceiling)
    ceiling = placed[i]! - gap
  }
  return placed
}

const rangeOf = (curves: ReadonlyArray<Curve>): readonly [number, number] => {
  const points = curves.flatMap((curve) => curve.points)
  const [low, high] = [points.reduce((a, p) => Math.min(a, p.low), Infinity), points.reduce((a, p) => Math.max(a, p.high), -Infinity)]
  return low > high ? [0, 1] : low === high ? [low - 0.5, high + 0.5] : [low, high]
}

/** Names at the ends of their lines, moved apart. */
const labels = (
  canvas: Canvas,
  curves: ReadonlyArray<Curve>,
  { height, marginRight, perPoint }: { readonly height: number; readonly marginRight: number; readonly perPoint: number }
): ReadonlyArray<Plot.Markish> => {
  const [low, high] = rangeOf(curves)
  const [top, bottom] = [margins.marginTop as number, height - margins.marginBottom]
  const ends = curves.map(({ points }) => points.at(-1)!)
  const pixel = (value: number) => bottom - (value - low) / (high - low) * (bottom - top)
  const places = spread(ends.map((end) => pixel(end.mean)), sizes.text * 1.15, top + 2, bottom)
    .map((y) => low + (bottom - y) / (bottom - top) * (high - low))
  const last = Math.max(...ends.map(({ step }) => step))
  return curves.flatMap(({ look, name }, i) => [
    Plot.link([ends[i]!], {
      x1: "step", y1: "mean", x2: last + 6 * perPoint, y2: places[i]!, stroke: canvas.theme.colour(look), strokeWidth: 0.7, strokeOpacity: 0.6
    }),
    Plot.text([fitted(canvas, name, marginRight - 10)], { x: last, y: places[i]!, dx: 9, textAnchor: "start", fill: canvas.theme.ink, fontSize: sizes.text })
  ])
}

/** A panel of curves, `named` at their ends where there is room. */
export const curvePanel = (
  canvas: Canvas,
  { curves, height, named = false, title, x }: {
    readonly curves: ReadonlyArray<Curve>
    readonly height: number
    readonly named?: boolean
    readonly title: string
    readonly x?: string | undefined
  }
): Panel => ({
  title,
  height,
  plot: (width) => {
    const marginRight = named ? Math.min(width * 0.36, 12 + Math.max(0, ...curves.map(({ name }) => canvas.measure(canvas.shown(name.slice(0, 400)), sizes.text)))) : margins.marginRight
    const steps = curves.flatMap(({ points }) => points.map(({ step }) => step))
    const [first, last] = [steps.reduce((a, b) => Math.min(a, b), Infinity), steps.reduce((a, b) => Math.max(a, b), -Infinity)]
    const band = Math.max(0.05, 0.17 - 0.013 * curves.length) // many bands over each other would hide the lines
    return {
      ...margins,
      marginRight,
      x: { domain: first < last ? [first, last] : [first - 0.5, first + 0.5], type: "linear" },
      y: { domain: [...rangeOf(curves)] },
      marks: [
        ...left(canvas, { ticks: 5 }),
        ...below(canvas, { label: x, ticks: Math.min(6, Math.max(1, last - first)) }),
        ...curves.flatMap((curve) => {
          const { look, name, points, seeds } = curve
          const colour = canvas.theme.colour(look)
          const shown = thinned(points, Math.max(50, Math.round(2 * width)))
          const fewer = isOfFewer(curve)
          const meanOf = (wanted: (point: Point) => boolean) => (point: Point) => wanted(point) ? point.mean : NaN
          // one seed of several spans no band, nor does it close that of several
          const spans = seeds === 1 ? shown : shown.map((point) => point.n > 1 ? point : { ...point, low: NaN, high: NaN })
          return [
            Plot.areaY(spans, { x: "step", y1: "low", y2: "high", fill: colour, fillOpacity: band, title: () => `${canvas.shown(name)}: lowest to highest` }),
            shown.length === 1
              ? Plot.dot(shown, { x: "step", y: "mean", fill: colour, r: 2, title: () => canvas.shown(name) })
              : Plot.lineY(shown, { x: "step", y: meanOf((point) => !fewer(point)), stroke: colour, strokeWidth: 1.3, ...(look.dash === undefined ? {} : { strokeDasharray: look.dash }), title: () => canvas.shown(name) }),
            ...(shown.length > 1 && shown.some(fewer)
              ? [Plot.lineY(shown, {
                x: "step", y: meanOf(fewer), stroke: colour, strokeWidth: 1.3, strokeDasharray: "0 2.4", strokeLinecap: "round", title: () => `${canvas.shown(name)}: fewer seeds`
              })]
              : [])
          ]
        }),
        ...(named && curves.length > 0 ? labels(canvas, curves, { height, marginRight, perPoint: (last - first) / (width - margins.marginLeft - marginRight) }) : [])
      ]
    }
  }
})

/** What a figure of curves is made of. */
export interface Curves {
  readonly experiment: string
  /** The metric with its unit. */
  readonly metric: string
  readonly rows: ReadonlyArray<Named>
  readonly values: ReadonlyArray<Value>
}

/** The curves of one metric. */
export const curveFigure = (canvas: Canvas, { experiment, metric, rows, values }: Curves): Figure => {
  const radius = radiusOf(new Set(values.map(({ step }) => step)).size)
  const curves = curvesOf(values, rows, radius)
  const wide = canvas.width > 300
  return {
    about: `${experiment}: ${metric} over training steps, ${curves.length} rows`,
    panels: [curvePanel(canvas, { curves, height: wide ? 240 : 150, named: wide, title: metric, x: "training step" })],
    across: 1,
    legend: wide ? [] : curves,
    sign: "line",
    notes: [noteOf(curves, radius)]
  }
}
