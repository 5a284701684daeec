/** Figures without a browser. */
import { DOMParser } from "linkedom"
import { escaped, visible } from "../visible.ts"
import type { Canvas } from "./canvas.ts"
import { compose, type Figure } from "./compose.ts"
import * as Font from "./Font.ts"
import { undrawable } from "./raster.ts"
import type { Theme } from "./theme.ts"

/** What no XML may hold, and what would turn or hide a text, written as what it is. */
export const readable = (text: string): string =>
  visible(text).replace(/[\ud800-\udfff\ufffe\uffff]/gu, escaped)

/** Text as it can be drawn here: what neither the bundled font nor any of the machine's has a glyph for is written by its number. */
export const drawable = (text: string): string => {
  const shown = readable(text)
  const without = undrawable(Font.lacking(shown))
  return without.size === 0 ? shown : [...shown].map((character) => without.has(character) ? escaped(character) : character).join("")
}

/** A canvas without a browser; `shown` says how names are written. */
export const canvas = (width: number, theme: Theme, shown: Canvas["shown"]): Canvas => ({
  document: new DOMParser().parseFromString("<svg/>", "image/svg+xml") as unknown as Canvas["document"],
  measure: Font.measure,
  shown,
  theme,
  width
})

/** A figure as the text of an SVG. */
export const svg = (canvas: Canvas, figure: Figure): string => compose(canvas, figure, Font.family).outerHTML
