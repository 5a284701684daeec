/** Images for servers: in the request itself, at the size that the model is to see. */
import * as Effect from "effect/Effect"
import type { Size } from "../../vision/Box.ts"
import type { ImageError } from "../../vision/Image.ts"
import { seen } from "../../vision/seen.ts"

/** An image as it is sent. */
export interface Sent extends Size {
  readonly uri: string
}

/** An image file as a data URI, a PNG of the size that `sizeOf` says. Fails as `seen` does. */
export const dataUri = <E>(path: string, sizeOf: (size: Size) => Effect.Effect<Size, E>): Effect.Effect<Sent, ImageError | E> =>
  Effect.map(seen(path, sizeOf), ({ height, png, width }) => ({
    width,
    height,
    uri: `data:image/png;base64,${Buffer.from(png.buffer, png.byteOffset, png.byteLength).toString("base64")}`
  }))
