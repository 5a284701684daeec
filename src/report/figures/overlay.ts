/** Boxes and labels as an SVG to lay over a picture. */
import { area, type Box, convert, intersection, type Size, type Sizes } from "../../vision/Box.ts"
import { fitted, type Letters } from "./canvas.ts"
import * as Font from "./Font.ts"
import { drawable } from "./letters.ts"
import { roles } from "./palette.ts"

/** A box to draw, in any space; a model's may be anything. */
export interface DrawnBox {
  readonly role: "true" | "predicted"
  readonly label: string
  readonly box: Box
}

const letters: Letters = { measure: Font.measure, shown: drawable }

/** Of letters in pixels: on the picture they are to hide little. */
const [labelSize, captionSize] = [11, 14] as const
const pad = { x: 3, y: 1.5 } as const

/** Of the picture, that a label may be as wide as. */
const longestLabel = 0.45

/** Height in pixels of the strip under a picture: legend, and one line of caption where there is one. */
export const stripHeight = (caption: string | undefined): number => caption === undefined ? 26 : 48

/**
 * Boxes and their labels as elements of an SVG that is as large as the canvas, in pixels. True boxes are green, predicted ones red and
 * dashed. Boxes are cut to the picture; those with corners that are no numbers are left out. `shown` says how labels are written.
 */
export const marks = (boxes: ReadonlyArray<DrawnBox>, sizes: Sizes, canvas: Size, shown: Letters["shown"]): string => {
  const placed: Array<Box> = []
  const drawn = boxes.flatMap((item) => {
    const box = onCanvas(item.box, sizes, canvas)
    return box === undefined ? [] : [{ ...item, box }]
  })
  const frames = drawn.map(({ box, role }) => {
    const frame = `<rect x="${box.x1}" y="${box.y1}" width="${box.x2 - box.x1}" height="${box.y2 - box.y1}" fill="none"`
    return `${frame} stroke="#fff" stroke-opacity="0.7" stroke-width="5"/>` +
      `${frame} stroke="${roles[role]}" stroke-width="3"${role === "predicted" ? " stroke-dasharray=\"8 5\"" : ""}/>`
  })
  const tags = drawn.map(({ box, label, role }) => {
    const text = fitted({ measure: Font.measure, shown }, label, longestLabel * canvas.width, labelSize)
    const size = { width: Font.measure(text, labelSize) + 2 * pad.x, height: labelSize * 1.1 + 2 * pad.y }
    const at = freePlace(box, size, canvas, placed, drawn.map((item) => item.box))
    placed.push(at)
    return tag(text, at, roles[role])
  })
  return frames.join("") + tags.join("")
}

/** SVG to lay over a picture drawn at `canvas` pixels: its marks, and a strip below with what they are and a caption. */
export const overlay = (boxes: ReadonlyArray<DrawnBox>, sizes: Sizes, canvas: Size, caption: string | undefined): string => {
  const height = canvas.height + stripHeight(caption)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${canvas.width}" height="${height}" font-family="${Font.family}">` +
    marks(boxes, sizes, canvas, drawable) + strip(canvas, caption) + "</svg>"
}

const onCanvas = (box: Box, sizes: Sizes, canvas: Size): Box<"original"> | undefined => {
  const exact = convert(box, "original", sizes)
  const corners = [exact.x1, exact.y1, exact.x2, exact.y2]
  if (!corners.every(Number.isFinite)) return undefined
  const x = (value: number) => clamp((value * canvas.width) / sizes.original.width, canvas.width)
  const y = (value: number) => clamp((value * canvas.height) / sizes.original.height, canvas.height)
  const [left, right] = [x(exact.x1), x(exact.x2)].sort((a, b) => a - b) as [number, number]
  const [top, bottom] = [y(exact.y1), y(exact.y2)].sort((a, b) => a - b) as [number, number]
  return { space: "original", x1: left, y1: top, x2: right, y2: bottom }
}

/** How much of a place lies on labels, in pixels; hiding a whole object, however small, counts as much as lying on them wholly. */
const hidden = (place: Box, labels: ReadonlyArray<Box>, objects: ReadonlyArray<Box>): number =>
  labels.reduce((sum, other) => sum + intersection(place, other), 0) +
  objects.reduce((sum, object) => sum + area(place) * intersection(place, object) / Math.max(1, area(object)), 0)

/** Where a label hides the least of earlier labels and of objects: above its box, below it, or inside its top or bottom. */
const freePlace = (box: Box, { height, width }: Size, canvas: Size, labels: ReadonlyArray<Box>, objects: ReadonlyArray<Box>): Box => {
  const x1 = Math.max(0, Math.min(box.x1, canvas.width - width))
  const costs = [box.y1 - height, box.y2, box.y1, box.y2 - height, box.y1 - 2 * height, box.y2 + height]
    .map((y) => Math.max(0, Math.min(y, canvas.height - height)))
    .map((y1): Box => ({ space: "original", x1, y1, x2: x1 + width, y2: y1 + height }))
    .map((place) => ({ place, cost: hidden(place, labels, objects) }))
  return costs.reduce((best, one) => one.cost < best.cost ? one : best).place
}

const text = (content: string, x: number, baseline: number, size: number, colour: string): string =>
  `<text x="${x.toFixed(1)}" y="${baseline.toFixed(1)}" font-size="${size}" fill="${colour}">${escape(content)}</text>`

/** Text as XML has it. */
export const escape = (content: string): string => content.replaceAll("&", "&amp;").replaceAll("<", "&lt;")

const tag = (content: string, at: Box, colour: string): string =>
  `<rect x="${at.x1}" y="${at.y1}" width="${at.x2 - at.x1}" height="${at.y2 - at.y1}" rx="2" fill="${colour}"/>` +
  text(content, at.x1 + pad.x, at.y1 + pad.y + labelSize * 0.88, labelSize, "#fff")

const strip = (canvas: Size, caption: string | undefined): string => {
  const y = canvas.height
  const legend = `<path d="M8 ${y + 13}h26" stroke="${roles.true}" stroke-width="3"/>` +
    text("true", 40, y + 18, captionSize, "#222") +
    `<path d="M90 ${y + 13}h26" stroke="${roles.predicted}" stroke-width="3" stroke-dasharray="8 5"/>` +
    text("predicted", 122, y + 18, captionSize, "#222")
  const line = caption === undefined ? "" : fitted(letters, caption, canvas.width - 16, captionSize)
  return `<rect y="${y}" width="${canvas.width}" height="${stripHeight(caption)}" fill="#fff"/>${legend}` +
    text(line, 8, y + 39, captionSize, "#222")
}

const clamp = (value: number, high: number): number => Math.round(Math.max(0, Math.min(high, value)))
