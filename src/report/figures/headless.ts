/** Figures without a browser. */
import { DOMParser } from "linkedom"
import type { Canvas } from "./canvas.ts"
import { compose, type Figure } from "./compose.ts"
import * as Font from "./Font.ts"
import type { Theme } from "./theme.ts"

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
