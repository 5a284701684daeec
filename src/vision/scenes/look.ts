/** How scenes look: as a model learns them, and otherwise. */
import type { Size } from "../Box.ts"
import { frame } from "./place.ts"
import type { Rgb } from "./scene.ts"

/**
 * "plain": even fills on a grey ground in a black frame. "sketch": the same things in faded colours, hatched and outlined
 * darker, on ruled paper in a brown frame: another look for the same words.
 */
export const styles = ["plain", "sketch"] as const

export type Style = typeof styles[number]

export const css = (rgb: Rgb): string => `rgb(${rgb.join(",")})`

export const blend = (a: Rgb, b: Rgb, share: number): Rgb =>
  a.map((c, i) => Math.round(c * (1 - share) + b[i]! * share)) as unknown as Rgb

const paper: Rgb = [238, 231, 212]
const rule: Rgb = [176, 194, 210]
const wood: Rgb = [120, 84, 52]

/** What lies behind everything: the frame and the ground, a grey in the plain style. */
export const ground = (style: Style, { height, width }: Size, grey: Rgb): string => {
  const inner = `x="${frame}" y="${frame}" width="${width - 2 * frame}" height="${height - 2 * frame}"`
  if (style === "plain") return `<rect width="${width}" height="${height}"/><rect ${inner} fill="${css(grey)}"/>`
  const lines = Array.from({ length: Math.floor((height - 2 * frame) / 9) }, (_, i) =>
    `<rect x="${frame}" y="${frame + 9 * (i + 1) - 1}" width="${width - 2 * frame}" height="1" fill="${css(rule)}"/>`)
  return `<rect width="${width}" height="${height}" fill="${css(wood)}"/><rect ${inner} fill="${css(paper)}"/>${lines.join("")}`
}

/** A colour as the style paints it. */
export const painted = (style: Style, colour: Rgb): Rgb => style === "plain" ? colour : blend(colour, paper, 0.28)
