/** Pictures of data sets: how some of their examples look. */
import type * as Effect from "effect/Effect"
import type { LabeledBox, Size } from "../../vision/Box.ts"
import type { ImageError } from "../../vision/Image.ts"
import * as Paint from "./Paint.ts"

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
