/** Panels, a legend and notes as one figure. */
import * as Plot from "@observablehq/plot"
import { type Canvas, type Drawn, element, fitted, lineHeight, sizes, wrapped } from "./canvas.ts"
import type { Look } from "./palette.ts"

/** A row of the table as it is drawn. */
export interface Named {
  readonly name: string
  readonly look: Look
}

/** One plot of a figure. Sizes are in points. */
export interface Panel {
  readonly title: string
  readonly height: number
  /** The plot at a width; `first` stands at the left of its line. */
  readonly plot: (width: number, first: boolean) => Plot.PlotOptions
}

export interface Figure {
  /** What it shows, for who cannot see it. */
  readonly about: string
  readonly panels: ReadonlyArray<Panel>
  /** Panels side by side. */
  readonly across: number
  /** Width that the first panel of a line has beyond the others, for the names of its rows. */
  readonly names?: number
  /** Rows that no label in the panels names. */
  readonly legend: ReadonlyArray<Named>
  /** As what rows stand in the panels. */
  readonly sign: "line" | "dot"
  /** What the marks are: a sentence or more each. */
  readonly notes: ReadonlyArray<string>
}

/** Between panels, of a sign with its name, and around everything. */
const [gap, swatch, pad] = [10, 14, 4] as const

const text = (canvas: Canvas, content: string, x: number, y: number, fill: string, size: number = sizes.text): Drawn =>
  element(canvas, "text", { x: x.toFixed(2), y: y.toFixed(2), fill, "font-size": size }, content)

const sign = (canvas: Canvas, { look }: Named, as: Figure["sign"], x: number, y: number): Drawn =>
  as === "dot"
    ? element(canvas, "circle", { cx: (x + swatch / 2).toFixed(2), cy: y.toFixed(2), r: 2.5, fill: canvas.theme.colour(look) })
    : element(canvas, "path", {
      d: `M${x.toFixed(2)} ${y.toFixed(2)}h${swatch - 3}`,
      stroke: canvas.theme.colour(look),
      "stroke-width": 1.5,
      "stroke-dasharray": look.dash
    })

/** Names beside their signs, in lines as long as the figure is wide; what comes below begins at `end`. */
const legend = (canvas: Canvas, { legend: rows, sign: as }: Figure) => {
  const line = sizes.text * 1.5
  let [x, y] = [0, line / 2]
  const drawn = rows.map((row) => {
    const name = fitted(canvas, row.name, canvas.width - swatch)
    const wide = swatch + canvas.measure(name, sizes.text) + gap
    if (x > 0 && x + wide - gap > canvas.width) [x, y] = [0, y + line]
    const at = x
    x += wide
    return element(canvas, "g", {}, sign(canvas, row, as, at, y),
      text(canvas, name, at + swatch, y + sizes.text * 0.36, canvas.theme.ink))
  })
  return { drawn, end: rows.length === 0 ? 0 : y + line }
}

/** Attributes of numbers, of which Plot writes more digits than an eye sees. */
const numbers = ["transform", "d", "x", "y", "x1", "x2", "y1", "y2"]

/** Makes an element of Plot's ours: numbers have two decimals, and what Plot calls its parts is not said aloud. */
const tidy = (drawn: Drawn): Drawn => {
  for (const name of numbers) {
    const value = drawn.getAttribute?.(name)
    if (value) drawn.setAttribute(name, value.replace(/(?<=\.\d\d)\d+/g, ""))
  }
  drawn.removeAttribute?.("aria-label")
  for (const child of drawn.childNodes) tidy(child)
  return drawn
}

/** What Plot draws, without its own style sheet: a page may not allow one. */
const plotted = (canvas: Canvas, options: Plot.PlotOptions): ReadonlyArray<Drawn> => {
  const svg = Plot.plot({ ...options, document: canvas.document as never }) as unknown as Drawn
  return [...svg.childNodes].filter(({ nodeName }) => nodeName.toLowerCase() !== "style").map(tidy)
}

/** Panels in lines below `top`. */
const panels = (canvas: Canvas, figure: Figure, top: number) => {
  const across = Math.max(1, Math.min(figure.across, figure.panels.length))
  const room = figure.names ?? 0
  const width = (canvas.width - room - (across - 1) * gap) / across
  const title = sizes.text * 1.6
  let y = top
  const drawn = Array.from({ length: Math.ceil(figure.panels.length / across) }, (_, line) => {
    const ones = figure.panels.slice(line * across, (line + 1) * across)
    const at = y
    y += Math.max(...ones.map(({ height }) => height)) + title + gap / 2
    return ones.map((panel, i) => {
      const [x, wide] = i === 0 ? [0, width + room] : [room + i * (width + gap), width]
      return element(
        canvas,
        "g",
        { transform: `translate(${x.toFixed(2)} ${at.toFixed(2)})`, "text-anchor": "middle", fill: canvas.theme.ink },
        element(canvas, "text", { x: i === 0 ? room.toFixed(2) : 0, y: sizes.text, "text-anchor": "start" }, fitted(canvas, panel.title, width)),
        element(canvas, "g", { transform: `translate(0 ${title.toFixed(2)})` }, ...plotted(canvas, { width: wide, height: panel.height, ...panel.plot(wide, i === 0) }))
      )
    })
  })
  return { drawn: drawn.flat(), end: y }
}

/** The figure as an SVG element whose unit is the point; its font is the bundled one. */
export const compose = (whole: Canvas, figure: Figure, family: string): Drawn => {
  const canvas = { ...whole, width: whole.width - 2 * pad }
  const names = legend(canvas, figure)
  const plots = panels(canvas, figure, names.end + (names.end > 0 ? gap / 2 : 0))
  const lines = figure.notes.flatMap((note) => wrapped(canvas, note, canvas.width, sizes.note, 12))
  const notes = lines.map((line, i) =>
    text(canvas, line, 0, plots.end + (i + 0.75) * sizes.note * lineHeight, canvas.theme.muted, sizes.note))
  const height = Math.ceil(plots.end + lines.length * sizes.note * lineHeight + 2 * pad)
  const { paper } = canvas.theme
  return element(
    canvas,
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width: `${whole.width}pt`,
      height: `${height}pt`,
      viewBox: `0 0 ${whole.width} ${height}`,
      role: "img",
      "aria-label": canvas.shown(figure.about),
      "font-family": `${family}, system-ui, sans-serif`,
      "font-size": sizes.text
    },
    ...(paper === undefined ? [] : [element(canvas, "rect", { width: "100%", height: "100%", fill: paper })]),
    element(canvas, "g", { transform: `translate(${pad} ${pad})` }, ...names.drawn, ...plots.drawn, ...notes)
  )
}
