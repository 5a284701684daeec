/** Places for the things of a scene. */
import { type Box, intersection, type Size } from "../Box.ts"
import { integer, type Next } from "./chance.ts"

/** Width in pixels of the dark frame around each scene, inside which everything lies. */
export const frame = 2

export const grow = <B extends Box>(box: B, by: number): B =>
  ({ ...box, x1: box.x1 - by, y1: box.y1 - by, x2: box.x2 + by, y2: box.y2 + by })

export const moved = <B extends Box>(box: B, right: number, down: number): B =>
  ({ ...box, x1: box.x1 + right, y1: box.y1 + down, x2: box.x2 + right, y2: box.y2 + down })

/** The square of a side with its upper left corner at (x, y). */
export const square = (x: number, y: number, side: number): Box<"original"> =>
  ({ space: "original", x1: x, y1: y, x2: x + side, y2: y + side })

/** Pixels between things that have nothing to do with each other, at least. */
export const apart = 4

/** Moves a box to a place within the frame that is `apart` from all taken ones; undefined when many tries found none. */
export const settle = (
  next: Next,
  size: Size,
  { x1, x2, y1, y2 }: Box,
  taken: ReadonlyArray<Box<"original">>
): Box<"original"> | undefined => {
  const [width, height] = [x2 - x1, y2 - y1]
  for (let attempt = 0; attempt < 60; attempt++) {
    const left = integer(next, frame + 1, size.width - frame - 1 - width)
    const top = integer(next, frame + 1, size.height - frame - 1 - height)
    const box: Box<"original"> = { space: "original", x1: left, y1: top, x2: left + width, y2: top + height }
    if (taken.every((other) => intersection(grow(box, apart), other) === 0)) return box
  }
  return undefined
}
