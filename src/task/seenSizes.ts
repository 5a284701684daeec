/** Sizes at which a model sees images, asked once for each size of a file. */
import * as Effect from "effect/Effect"
import type { Size } from "../vision/Box.ts"

export const seenSizes = <E>(sizeOf: (size: Size) => Effect.Effect<Size, E>): (size: Size) => Effect.Effect<Size, E> => {
  const known = new Map<string, Size>()
  return (size) => {
    const key = `${size.width} ${size.height}`
    const found = known.get(key)
    if (found !== undefined) return Effect.succeed(found)
    return Effect.tap(sizeOf(size), (seen) => Effect.sync(() => known.set(key, seen)))
  }
}
