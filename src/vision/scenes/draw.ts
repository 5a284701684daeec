/** Views as SVG documents. */
import type { Box } from "../Box.ts"
import { blend, css, ground, painted, type Style } from "./look.ts"
import { paints, partsOf } from "./names.ts"
import { outline } from "./outline.ts"
import type { Rgb } from "./scene.ts"
import { type Figure, isFigure, type Sign, type View } from "./thing.ts"

/** The view as an SVG document, one user unit a pixel. The frame is there for what `svg` of shapes says. */
export const drawing = ({ background, size, things }: View, style: Style): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">` +
  ground(style, size, background) +
  things.map((thing, i) => isFigure(thing) ? figure(thing, style, `t${i}`) : sign(thing, style, `t${i}`)).join("") +
  "</svg>"

const white: Rgb = [250, 250, 250]
const black: Rgb = [16, 16, 16]

/** Thin enough to leave something of the arms of a cross. */
const lineWidth = (box: Box): number => Math.max(2, Math.round(0.08 * (box.x2 - box.x1)))

const figure = ({ border, box, fill, form, material }: Figure, style: Style, id: string): string => {
  const colour = painted(style, fill)
  const shape = outline(form, box)
  const line = style === "sketch" ? [rim(shape, blend(colour, black, 0.45), 1.5, id)] : []
  if (material === "outlined") {
    return [clip(shape, id), rim(shape, colour, lineWidth(box), id), ...line].join("")
  }
  return [
    clip(shape, id),
    `<${shape} fill="${css(colour)}"/>`,
    ...(style === "sketch" ? [hatching(shape, colour, box, id)] : []),
    ...(material === "plain" ? [] : [marks(shape, material, colour, box, id)]),
    ...line,
    ...(border ? [rim(shape, black, lineWidth(box), id)] : [])
  ].join("")
}

const sign = ({ box, name }: Sign, style: Style, id: string): string => {
  const [x, y] = [(box.x2 - box.x1) / 20, (box.y2 - box.y1) / 20]
  return partsOf(name).map(([form, paint, x1, y1, x2, y2], i) => {
    const part: Box = { space: "original", x1: box.x1 + x1 * x, y1: box.y1 + y1 * y, x2: box.x1 + x2 * x, y2: box.y1 + y2 * y }
    const shape = outline(form, part)
    const colour = painted(style, paints[paint])
    const plain = `<${shape} fill="${css(colour)}"/>`
    return style === "plain" ? plain : clip(shape, `${id}${i}`) + plain + rim(shape, blend(colour, black, 0.45), 1, `${id}${i}`)
  }).join("")
}

const clip = (shape: string, id: string): string => `<clipPath id="${id}c"><${shape}/></clipPath>`

/** A line along the outline, all of it within. */
const rim = (shape: string, colour: Rgb, width: number, id: string): string =>
  `<${shape} fill="none" stroke="${css(colour)}" stroke-width="${2 * width}" clip-path="url(#${id}c)"/>`

const patterned = (shape: string, id: string, tile: number, turn: number, box: Box, mark: string): string =>
  `<pattern id="${id}" width="${tile}" height="${tile}" patternUnits="userSpaceOnUse" ` +
  `patternTransform="translate(${box.x1} ${box.y1}) rotate(${turn})">${mark}</pattern><${shape} fill="url(#${id})"/>`

/** Stripes or dots that are seen from afar: light on dark colours, dark on light ones. */
const marks = (shape: string, material: "striped" | "dotted", colour: Rgb, box: Box, id: string): string => {
  const [r, g, b] = colour
  const ink = css(0.3 * r + 0.59 * g + 0.11 * b < 130 ? blend(colour, white, 0.75) : blend(colour, black, 0.65))
  return material === "striped"
    ? patterned(shape, `${id}m`, 8, 45, box, `<rect width="8" height="4" fill="${ink}"/>`)
    : patterned(shape, `${id}m`, 8, 0, box, `<circle cx="4" cy="4" r="2.3" fill="${ink}"/>`)
}

/** The strokes of a pencil. */
const hatching = (shape: string, colour: Rgb, box: Box, id: string): string =>
  patterned(shape, `${id}h`, 3, -30, box, `<rect width="3" height="1" fill="${css(blend(colour, white, 0.3))}"/>`)
