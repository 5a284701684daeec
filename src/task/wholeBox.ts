/** Boxes in the whole numbers that answers are written in. */
import { type Box, convert, type Size } from "../vision/Box.ts"
import type { Seen } from "./Task.ts"

/**
 * A box in whole numbers of the space that the model speaks: inside the image, and at least one wide and high. `original`
 * is the size of the image file.
 */
export const wholeBox = (box: Box, original: Size, { input, space }: Seen): Box<Seen["space"]> => {
  const exact = convert(box, space, { original, resized: input })
  const [x1, x2] = wholeNumbers(exact.x1, exact.x2, space === "thousand" ? 1000 : input.width)
  const [y1, y2] = wholeNumbers(exact.y1, exact.y2, space === "thousand" ? 1000 : input.height)
  return { space, x1, y1, x2, y2 }
}

const wholeNumbers = (low: number, high: number, side: number): readonly [number, number] => {
  const start = Math.min(Math.max(Math.round(low), 0), side - 1)
  return [start, Math.min(Math.max(Math.round(high), start + 1), side)]
}
