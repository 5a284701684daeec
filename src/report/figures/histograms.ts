/** The picture of what a data set holds. */
import { type Bars, barFigure } from "./bars.ts"
import { widths } from "./canvas.ts"
import { screenPng } from "./formats.ts"

/** PNG of bar charts. */
export const histograms = (charts: ReadonlyArray<Bars>): Promise<Uint8Array> =>
  screenPng(widths.page, (canvas) => barFigure(canvas, charts))
