/** Bar charts as SVG: how often each of some values occurs. */
import { measure, textPath } from "../../vision/font.ts"
import { fit } from "../width.ts"

export interface Bars {
  readonly title: string
  readonly bars: ReadonlyArray<readonly [name: string, count: number]>
}

const [row, left, full, dot] = [22, 220, 560, 1.4] as const

/** Width of every chart in pixels. */
const width = left + full + 100

const text = (content: string, x: number, y: number, colour: string, size: number = dot): string =>
  `<path d="${textPath(content, 0, 0, size)}" fill="${colour}" transform="translate(${x.toFixed(1)} ${y.toFixed(1)})"/>`

/** Bars below each other from `top` on, and how high they are. */
const chart = ({ bars, title }: Bars, top: number): { readonly svg: string; readonly height: number } => {
  const most = Math.max(1, ...bars.map(([, count]) => count))
  const drawn = bars.map(([name, count], i) => {
    const y = top + 40 + i * row
    const label = fit(name, 24).replace("…", "..")
    const length = (count / most) * full
    return text(label, left - 8 - measure(label, dot).width, y + 4, "#222") +
      `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="${row - 6}" fill="#0072b2"/>` +
      text(String(count), left + length + 6, y + 4, "#555")
  })
  return { svg: text(title, 16, top + 10, "#111", 2) + drawn.join(""), height: 60 + bars.length * row }
}

/** Charts below each other as one SVG text. */
export const bars = (charts: ReadonlyArray<Bars>): string => {
  let height = 10
  const parts = charts.map((one) => {
    const { height: own, svg } = chart(one, height)
    height += own
    return svg
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<rect width="100%" height="100%" fill="#ffffff"/>${parts.join("")}</svg>`
}
