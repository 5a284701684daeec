/** The formats of a figure that stands by itself, by name: to add one takes a line here. */
import type { Canvas } from "./canvas.ts"
import type { Figure } from "./compose.ts"
import * as Font from "./Font.ts"
import { canvas, svg } from "./headless.ts"
import { drawable, readable } from "./letters.ts"
import { pdf } from "./pdf.ts"
import { png } from "./raster.ts"
import { paper } from "./theme.ts"

/** How a figure is drawn on a canvas. */
export type Draw = (canvas: Canvas) => Figure

/** Dots an inch of a PNG for print, and for a screen; one of an SVG's pixels is a 96th of an inch. */
const [print, screen] = [300, 216] as const

/** A figure as an SVG by itself: the font is inside, and what it lacks is left to who shows it. */
const alone = (width: number, draw: Draw): string => {
  const on = canvas(width, paper, readable)
  return svg(on, draw(on)).replace(/(?<=^<svg[^>]*>)/, `<style>${Font.face()}</style>`)
}

/** A figure as the SVG of which pictures are made here, all its letters drawable. */
const here = (width: number, draw: Draw): string => {
  const on = canvas(width, paper, drawable)
  return svg(on, draw(on))
}

/** The bytes of a figure that is `width` points wide; `title` names it where a format has a place for that. */
export type Format = (width: number, draw: Draw, title: string) => Promise<Uint8Array>

export const formats = {
  svg: async (width, draw) => Buffer.from(alone(width, draw)),
  png: async (width, draw) => png(here(width, draw), print / 96),
  pdf: (width, draw, title) => pdf(here(width, draw), title)
} as const satisfies { readonly [name: string]: Format }

/** PNG for looking at. */
export const screenPng = async (width: number, draw: Draw): Promise<Uint8Array> => png(here(width, draw), screen / 96)
