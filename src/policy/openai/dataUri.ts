/** Images for servers: in the request itself, at the size that the model is to see. */
import * as Effect from "effect/Effect"
import type { Size } from "../../vision/Box.ts"
import { type ImageError, load } from "../../vision/Image.ts"
import { bicubic } from "../../vision/resize.ts"
import { loadSharp } from "../../vision/sharp.ts"

/** An image as it is sent. */
export interface Sent extends Size {
  readonly uri: string
}

/**
 * An image file as a data URI, a PNG of the size that `sizeOf` says. A server's own resizing then changes nothing, so that boxes
 * mean here what they mean there. Fails with `ImageError`, and as `sizeOf` does.
 */
export const dataUri = <E>(path: string, sizeOf: (size: Size) => Effect.Effect<Size, E>): Effect.Effect<Sent, ImageError | E> =>
  Effect.gen(function*() {
    const stored = yield* load(path)
    const { height, pixels, width } = bicubic(stored, yield* sizeOf(stored))
    const png = yield* Effect.promise(async () => {
      const sharp = await loadSharp()
      return sharp(pixels, { raw: { width, height, channels: 3 } }).png().toBuffer()
    })
    return { width, height, uri: `data:image/png;base64,${png.toString("base64")}` }
  })
