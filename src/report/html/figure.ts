/** Figures in a page: a wide one, and one for a phone. */
import { html, raw } from "hono/html"
import type { ReportFigure } from "../account/draw.ts"
import { widths } from "../figures/canvas.ts"
import { canvas, svg } from "../figures/headless.ts"
import { page } from "../figures/theme.ts"
import { shown } from "./text.ts"

const drawn = (width: number, { draw }: ReportFigure) => {
  const on = canvas(width, page, shown)
  return raw(svg(on, draw(on)))
}

export const figure = (one: ReportFigure) =>
  html`<figure><div class="wide">${drawn(widths.page, one)}</div><div class="narrow">${drawn(widths.column, one)}</div></figure>`
