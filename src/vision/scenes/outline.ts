/** The outlines of forms: as SVG, and pixel by pixel. */
import type { Box } from "../Box.ts"
import { grow } from "./place.ts"

export type Outlined = "circle" | "square" | "triangle" | "star" | "cross"

type Corners = ReadonlyArray<readonly [x: number, y: number]>

/** Corners of each form in the unit square, which they touch on all four sides. */
const corners: { readonly [form in Exclude<Outlined, "circle">]: Corners } = {
  square: [[0, 0], [1, 0], [1, 1], [0, 1]],
  triangle: [[0.5, 0], [1, 1], [0, 1]],
  star: fitUnit(Array.from({ length: 10 }, (_, i) => {
    const radius = i % 2 === 0 ? 1 : 0.45
    const angle = (i * Math.PI) / 5
    return [radius * Math.sin(angle), -radius * Math.cos(angle)]
  })),
  cross: [
    [0.32, 0], [0.68, 0], [0.68, 0.32], [1, 0.32], [1, 0.68], [0.68, 0.68],
    [0.68, 1], [0.32, 1], [0.32, 0.68], [0, 0.68], [0, 0.32], [0.32, 0.32]
  ]
}

/** The start of an SVG element that fills the box, to be followed by its paint: `<${outline} fill="red"/>`. */
export const outline = (form: Outlined, box: Box): string => {
  const width = box.x2 - box.x1
  const height = box.y2 - box.y1
  if (form === "circle") {
    return `ellipse cx="${box.x1 + width / 2}" cy="${box.y1 + height / 2}" rx="${width / 2}" ry="${height / 2}"`
  }
  const points = corners[form].map(([x, y]) => `${round(box.x1 + x * width)},${round(box.y1 + y * height)}`)
  return `polygon points="${points.join(" ")}"`
}

/** A form that fills a box. */
export interface Body {
  readonly form: Outlined
  readonly box: Box<"original">
}

/** Whether the middle of the pixel (column, row) lies within the form. */
export const covers = ({ box, form }: Body, column: number, row: number): boolean => {
  const x = (column + 0.5 - box.x1) / (box.x2 - box.x1)
  const y = (row + 0.5 - box.y1) / (box.y2 - box.y1)
  if (x < 0 || x > 1 || y < 0 || y > 1) return false
  if (form === "circle") return (x - 0.5) ** 2 + (y - 0.5) ** 2 <= 0.25
  // a ray to the right crosses the outline an odd number of times from within; a plain loop, for this runs for every pixel
  const points = corners[form]
  let inside = false
  for (let i = 0, before = points.length - 1; i < points.length; before = i++) {
    const a = points[before]!
    const b = points[i]!
    if (a[1] > y !== b[1] > y && x < a[0] + ((y - a[1]) / (b[1] - a[1])) * (b[0] - a[0])) inside = !inside
  }
  return inside
}

/** Whether `holds` for some pixel of `a` within a box. */
const somePixel = (a: Body, within: Box, holds: (column: number, row: number) => boolean): boolean => {
  for (let row = Math.max(a.box.y1, within.y1); row < Math.min(a.box.y2, within.y2); row++) {
    for (let column = Math.max(a.box.x1, within.x1); column < Math.min(a.box.x2, within.x2); column++) {
      if (covers(a, column, row) && holds(column, row)) return true
    }
  }
  return false
}

/** Whether `b` covers every pixel of `a`. */
export const isWithin = (a: Body, b: Body): boolean => !somePixel(a, a.box, (column, row) => !covers(b, column, row))

/** Whether `b` covers a pixel of `a`. */
export const overlap = (a: Body, b: Body): boolean => somePixel(a, b.box, (column, row) => covers(b, column, row))

/** Whether a pixel of `a` lies upon or beside, also corner to corner, one of `b`. */
export const meet = (a: Body, b: Body): boolean =>
  somePixel(a, grow(b.box, 1), (column, row) =>
    [-1, 0, 1].some((down) => [-1, 0, 1].some((right) => covers(b, column + right, row + down))))

const round = (value: number): number => Math.round(value * 1000) / 1000

function fitUnit(points: Corners): Corners {
  const xs = points.map(([x]) => x)
  const ys = points.map(([, y]) => y)
  const [left, top] = [Math.min(...xs), Math.min(...ys)]
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top]
  return points.map(([x, y]) => [(x - left) / width, (y - top) / height])
}
