/** Images for servers: in the request itself, at the size that the model is to see. */
import * as Effect from "effect/Effect"
import type { Size } from "../../vision/Box.ts"
import { decode, type ImageError, read } from "../../vision/Image.ts"
import { plainPng } from "../../vision/plainPng.ts"
import { bicubic } from "../../vision/resize.ts"
import { loadSharp } from "../../vision/sharp.ts"

/** An image as it is sent. */
export interface Sent extends Size {
  readonly uri: string
}

const sent = ({ height, width }: Size, png: Uint8Array): Sent => ({
  width,
  height,
  uri: `data:image/png;base64,${Buffer.from(png.buffer, png.byteOffset, png.byteLength).toString("base64")}`
})

/**
 * An image file as a data URI, a PNG of the size that `sizeOf` says. A server's own resizing then changes nothing, so that boxes
 * mean here what they mean there. A plain PNG that has the size already goes as it lies. Fails with `ImageError`, and as `sizeOf` does.
 */
export const dataUri = <E>(path: string, sizeOf: (size: Size) => Effect.Effect<Size, E>): Effect.Effect<Sent, ImageError | E> =>
  Effect.gen(function*() {
    const bytes = yield* read(path)
    const plain = plainPng(bytes)
    if (plain !== undefined) {
      const { height, width } = yield* sizeOf(plain)
      if (height === plain.height && width === plain.width) return sent(plain, bytes)
    }
    const stored = yield* decode(bytes, path)
    const { height, pixels, width } = bicubic(stored, yield* sizeOf(stored))
    // packed lightly: the server is near, and waits
    const png = yield* Effect.promise(async () => {
      const sharp = await loadSharp()
      return sharp(pixels, { raw: { width, height, channels: 3 } }).png({ compressionLevel: 2 }).toBuffer()
    })
    return sent({ width, height }, png)
  })
