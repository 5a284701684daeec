/** Image files as PNGs of the size at which a model sees them, for models that lie elsewhere. */
import * as Effect from "effect/Effect"
import type { Size } from "./Box.ts"
import { decode, type ImageError, read } from "./Image.ts"
import { plainPng } from "./plainPng.ts"
import { bicubic } from "./resize.ts"
import { loadSharp } from "./sharp.ts"

/** A picture as it is sent. */
export interface Seen extends Size {
  readonly png: Uint8Array
}

/**
 * An image file as a PNG of the size that `sizeOf` says. A server's own resizing then changes nothing, so that boxes mean here what
 * they mean there. A plain PNG that has the size already goes as it lies. Fails with `ImageError`, and as `sizeOf` does.
 */
export const seen = <E>(path: string, sizeOf: (size: Size) => Effect.Effect<Size, E>): Effect.Effect<Seen, ImageError | E> =>
  Effect.gen(function*() {
    const bytes = yield* read(path)
    const plain = plainPng(bytes)
    if (plain !== undefined) {
      const { height, width } = yield* sizeOf(plain)
      if (height === plain.height && width === plain.width) return { height, width, png: bytes }
    }
    const stored = yield* decode(bytes, path)
    const { height, pixels, width } = bicubic(stored, yield* sizeOf(stored))
    // packed lightly: the server is near, and waits
    const png = yield* Effect.promise(async () => {
      const sharp = await loadSharp()
      return sharp(pixels, { raw: { width, height, channels: 3 } }).png({ compressionLevel: 2 }).toBuffer()
    })
    return { height, width, png }
  })
