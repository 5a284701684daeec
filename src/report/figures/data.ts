/** Pictures of data sets: what they hold, and how some of their examples look. */
import type * as Effect from "effect/Effect"
import type { LabeledBox, Size } from "../../vision/Box.ts"
import type { ImageError } from "../../vision/Image.ts"
import { type Bars, barFigure } from "./bars.ts"
import { widths } from "./canvas.ts"
import { screenPng } from "./formats.ts"
import * as Paint from "./Paint.ts"

/** PNG of bar charts. */
export const histograms = (charts: ReadonlyArray<Bars>): Promise<Uint8Array> =>
  screenPng(widths.page, (canvas) => barFigure(canvas, charts))

/** What is drawn of an example. */
export interface Shown {
  readonly image: Size & { readonly path: string }
  readonly boxes: ReadonlyArray<LabeledBox>
  readonly caption: string
}

/** PNG of examples with their true boxes, `columns` in a row. */
export const sheet = (examples: ReadonlyArray<Shown>, columns: number): Effect.Effect<Uint8Array, ImageError> =>
  Paint.sheet(
    examples.map(({ boxes, caption, image }): Paint.Picture => ({
      path: image.path,
      input: { width: image.width, height: image.height },
      boxes: boxes.map(({ box, label }) => ({ role: "true", label, box })),
      caption
    })),
    columns
  )
