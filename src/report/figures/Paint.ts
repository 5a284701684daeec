/** Pictures with boxes drawn into them. */
import * as Effect from "effect/Effect"
import type { Size } from "../../vision/Box.ts"
import { type Image, ImageError, load } from "../../vision/Image.ts"
import { type DrawnBox, overlay, stripHeight } from "./overlay.ts"
import { png } from "./raster.ts"
import { loadSharp } from "../../vision/sharp.ts"

/** A picture with boxes. */
export interface Picture {
  /** Of the image file. */
  readonly path: string
  /** Size at which the model saw the image. */
  readonly input: Size
  readonly boxes: ReadonlyArray<DrawnBox>
  /** One line under the picture; what is too long is cut. */
  readonly caption?: string | undefined
}

const smallestSide = 448
const largestSide = 1024
const gap = 12

/**
 * PNG of an image with its true boxes (green), predicted boxes (red, dashed) and their labels.
 *
 * Small images are enlarged by a whole factor until labels are readable, large ones reduced to 1024 pixels.
 * Fails with `ImageError` when the image cannot be read.
 */
export const picture = (options: Picture): Effect.Effect<Uint8Array, ImageError> =>
  Effect.flatMap(load(options.path), (image) => draw(image, options))

/** PNG of many pictures side by side, row by row, `columns` in a row. Fails as `picture` does. */
export const sheet = (
  pictures: ReadonlyArray<Picture>,
  columns: number
): Effect.Effect<Uint8Array, ImageError> =>
  Effect.gen(function*() {
    const tiles = yield* Effect.forEach(pictures, picture, { concurrency: 4 })
    const across = Math.max(1, Math.min(columns, tiles.length))
    return yield* attempt("contact sheet", async () => {
      const sharp = await loadSharp()
      const sizes = await Promise.all(tiles.map((tile) => sharp(tile).metadata()))
      const width = Math.max(1, ...sizes.map((size) => size.width)) + gap
      const height = Math.max(1, ...sizes.map((size) => size.height)) + gap
      const rows = Math.max(1, Math.ceil(tiles.length / across))
      const size = canvas(across * width + gap, rows * height + gap)
      return sharp({ create: { ...size, channels: 3, background: "#d8d8d8" } })
        .composite(tiles.map((input, i) => ({
          input: Buffer.from(input),
          left: gap + (i % across) * width,
          top: gap + Math.floor(i / across) * height
        })))
        .png().toBuffer()
    })
  })

const draw = (image: Image, options: Picture): Effect.Effect<Uint8Array, ImageError> =>
  attempt(options.path, async () => {
    const sharp = await loadSharp()
    const { height, pixels, width } = image
    const scale = drawnScale(image)
    const size = canvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)))
    const sizes = { original: { width, height }, resized: options.input }
    return sharp(pixels, { raw: { width, height, channels: 3 } })
      .resize(size.width, size.height, { fit: "fill", kernel: scale > 1 ? "nearest" : "cubic" })
      .extend({ bottom: stripHeight(options.caption), background: "#fff" })
      .composite([{ input: Buffer.from(png(overlay(options.boxes, sizes, size, options.caption))) }])
      .png().toBuffer()
  })

const drawnScale = ({ height, width }: Size): number => {
  const longest = Math.max(width, height)
  return longest < smallestSide ? Math.ceil(smallestSide / longest) : Math.min(1, largestSide / longest)
}

const canvas = (width: number, height: number): Size => ({ width, height })

const attempt = (path: string, run: () => Promise<Uint8Array>): Effect.Effect<Uint8Array, ImageError> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) => ImageError.of(path, `Cannot draw ${path}`, cause)
  })
