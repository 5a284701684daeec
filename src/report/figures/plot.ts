/** Charts as SVG. */
import { measure, textPath } from "../../vision/font.ts"
import { fit } from "../width.ts"

/** One line of a chart: its mean and the range that it spans (over seeds) at each x. */
export interface Series {
  readonly name: string
  readonly points: ReadonlyArray<
    { readonly x: number; readonly mean: number; readonly low: number; readonly high: number }
  >
}

export interface Chart {
  readonly title: string
  /** What lines and bands are, in one line under the title. */
  readonly subtitle: string
  /** Axis names with their units. `x` counts something. */
  readonly x: string
  readonly y: string
  /** What the names of the series are: the grid's axis. */
  readonly names?: string | undefined
  readonly series: ReadonlyArray<Series>
}

const size = { width: 960, height: 540 }
const plotArea = { left: 82, top: 82, bottom: 478 }

/** From the lines' ends to the names, and from these to the edge. */
const margins = { names: 16, edge: 14 }

const longestName = 32

const shown = (name: string): string => fit(name, longestName).replace("…", "..")

/** Colours that stay apart for colour-blind readers too. Source: Okabe and Ito, "Color universal design" (2008). */
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#7f7f7f"]

/** Round numbers that cover `low` to `high`: about `count` of them, at 1, 2 or 5 times a power of ten apart. */
export const ticks = (low: number, high: number, count: number): ReadonlyArray<number> => {
  const span = high - low
  if (!(span > 0) || !Number.isFinite(span)) return [low]
  const power = 10 ** Math.floor(Math.log10(span / count))
  const step = power * ([1, 2, 5].find((factor) => span / (factor * power) <= count) ?? 10)
  const digits = Math.max(0, -Math.floor(Math.log10(step)))
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toFixed(digits)))
}

/** Moves positions apart to at least `gap`, keeping their order and staying inside `low` to `high` where they fit. */
export const spread = (
  wanted: ReadonlyArray<number>,
  gap: number,
  low: number,
  high: number
): ReadonlyArray<number> => {
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

/** Size of a dot of the letters in pixels, where nothing else is said. */
const letters = 1.4

interface Style {
  readonly colour: string
  /** Size of a dot of the letters in pixels; a letter is 5 x 7 dots. */
  readonly dot?: number
  readonly align?: "left" | "middle" | "right"
  readonly upwards?: boolean
}

/** A line of text whose middle line passes through (x, y), drawn as dots, so that no font is needed. */
const label = (
  x: number,
  y: number,
  content: string,
  { align = "left", colour, dot = letters, upwards = false }: Style
): string => {
  const { height, width } = measure(content, dot)
  const shift = align === "left" ? 0 : align === "middle" ? -width / 2 : -width
  return `<path d="${textPath(content, 0, 0, dot)}" fill="${colour}" transform="translate(${x.toFixed(1)} ${
    y.toFixed(1)
  })` +
    `${upwards ? " rotate(-90)" : ""} translate(${shift.toFixed(1)} ${(-height / 2).toFixed(1)})"/>`
}

const range = (values: ReadonlyArray<number>): readonly [number, number] => {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity)
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity)
  if (low > high) return [0, 1]
  return low === high ? [low - 0.5, high + 0.5] : [low, high]
}

/** The chart as an SVG text, 960 x 540 px: a line a series over its band, each named at its right end in its colour. */
export const svg = (chart: Chart): string => {
  const points = chart.series.flatMap((series) => series.points)
  const [x0, x1] = range(points.map((point) => point.x))
  const [y0, y1] = range(points.flatMap((point) => [point.low, point.high]))
  const { bottom, left, top } = plotArea
  const texts = [...chart.series.map(({ name }) => shown(name)), ...(chart.names === undefined ? [] : [shown(chart.names)])]
  const widest = texts.reduce((most, text) => Math.max(most, measure(text, letters).width), 0)
  const right = size.width - margins.edge - widest - margins.names
  const px = (x: number) => left + ((x - x0) / (x1 - x0)) * (right - left)
  const py = (y: number) => bottom - ((y - y0) / (y1 - y0)) * (bottom - top)
  const at = (x: number, y: number) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`
  const drawn = chart.series.flatMap((series, i) =>
    series.points.length === 0 ? [] : [{ ...series, colour: colours[i % colours.length]! }]
  )
  const ends = spread(drawn.map((series) => py(series.points.at(-1)!.mean)), 18, top + 4, bottom)
  const grid = [
    ...ticks(y0, y1, 6).map((y) =>
      `<line x1="${left}" x2="${right}" y1="${py(y).toFixed(1)}" y2="${py(y).toFixed(1)}" stroke="#e3e3e3"/>` +
      label(left - 8, py(y), String(y), { align: "right", colour: "#555" })
    ),
    ...ticks(x0, x1, 8).filter(Number.isInteger).map((x) => label(px(x), bottom + 16, String(x), { align: "middle", colour: "#555" }))
  ]
  const bands = drawn.map(({ colour, points: all }) => {
    const edge = [...all.map((p) => at(p.x, p.high)), ...all.toReversed().map((p) => at(p.x, p.low))]
    return `<polygon points="${edge.join(" ")}" fill="${colour}" fill-opacity="0.13"/>`
  })
  const lines = drawn.map(({ colour, points: all }) =>
    `<polyline points="${
      all.map((p) => at(p.x, p.mean)).join(" ")
    }" fill="none" stroke="${colour}" stroke-width="2.2" stroke-linejoin="round"/>`
  )
  const names = drawn.map(({ colour, name, points: all }, i) => {
    const end = all.at(-1)!
    return `<polyline points="${at(end.x, end.mean)} ${right + 10},${
      ends[i]!.toFixed(1)
    }" fill="none" stroke="${colour}" stroke-opacity="0.5"/>` +
      label(right + margins.names, ends[i]!, shown(name), { colour })
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    label(left, 28, chart.title, { colour: "#111", dot: 2 }),
    label(left, 54, chart.subtitle, { colour: "#555" }),
    ...grid,
    `<line x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}" stroke="#888"/>`,
    ...bands,
    ...lines,
    ...names,
    ...(chart.names === undefined ? [] : [label(right + margins.names, top - 6, shown(chart.names), { colour: "#555" })]),
    label((left + right) / 2, bottom + 42, chart.x, { align: "middle", colour: "#222" }),
    label(18, (top + bottom) / 2, chart.y, { align: "middle", colour: "#222", upwards: true }),
    "</svg>"
  ].join("\n")
}
