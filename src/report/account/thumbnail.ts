/** Pictures small enough to travel in a report. */
import * as Effect from "effect/Effect"
import { type ImageError, load } from "../../vision/Image.ts"
import { loadSharp } from "../../vision/sharp.ts"

/** Longer side in pixels, at most. */
const side = 320

/**
 * The picture as a data URI: PNG of a drawing, JPEG of what that makes smaller by much. It is taken apart and put together again, so
 * that nothing but a picture leaves here. Fails with `ImageError`.
 */
export const thumbnail = (path: string): Effect.Effect<string, ImageError> =>
  Effect.flatMap(load(path), ({ height, pixels, width }) =>
    Effect.promise(async () => {
      const sharp = await loadSharp()
      const small = sharp(pixels, { raw: { width, height, channels: 3 } }).resize(side, side, { fit: "inside", withoutEnlargement: true })
      const [png, jpeg] = await Promise.all([small.clone().png().toBuffer(), small.clone().jpeg({ quality: 82 }).toBuffer()])
      return png.length < 2 * jpeg.length
        ? `data:image/png;base64,${png.toString("base64")}`
        : `data:image/jpeg;base64,${jpeg.toString("base64")}`
    }))
