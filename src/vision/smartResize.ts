/** The size at which the model sees an image. */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import type { Size } from "./Box.ts"

/** Of the longer side to the shorter one; above this, no model sees a picture. */
export const largestAspectRatio = 200

export const aspectRatio = ({ height, width }: Size): number => Math.max(height, width) / Math.min(height, width)

/** The image is more than 200 times as long as it is wide (or the other way round). */
export class AspectRatioError extends Data.TaggedError("AspectRatioError")<{
  readonly size: Size
  readonly message: string
}> {
  /** A wrong input, for a command's exit code. */
  readonly exitCode = 3
}

/** Between which areas an image is kept, in pixels. */
export interface PixelLimits {
  readonly minPixels: number
  readonly maxPixels: number
}

export interface SmartResize extends PixelLimits {
  /** Side in pixels of what becomes one visual token: patch size times merge size. */
  readonly factor: number
}

/**
 * Size at which Qwen2-VL and Qwen2.5-VL see an image: both sides multiples of `factor`, area between `minPixels` and
 * `maxPixels` where multiples allow it, aspect ratio nearly kept.
 *
 * Ties round to even, as Python's `round` does. Fails with `AspectRatioError` above 200 : 1.
 * Source: Hugging Face transformers, Qwen2VLImageProcessor, `smart_resize`.
 */
export const smartResize = (size: Size, options: SmartResize): Result.Result<Size, AspectRatioError> => {
  const { height, width } = size
  const { factor, maxPixels, minPixels } = options
  if (aspectRatio(size) > largestAspectRatio) {
    return Result.fail(
      new AspectRatioError({
        size,
        message: `An image of ${width} x ${height} pixels is over ${largestAspectRatio} times as long as wide, which no model sees. ` +
          "Crop it or leave it out."
      })
    )
  }
  const scaled = (round: (units: number) => number, by: number): Size => ({
    width: round((width * by) / factor) * factor,
    height: round((height * by) / factor) * factor
  })
  const nearest = scaled(roundHalfEven, 1)
  const pixels = nearest.width * nearest.height
  if (pixels > maxPixels) {
    const shrink = Math.sqrt((height * width) / maxPixels)
    const fit = (side: number) => Math.max(factor, Math.floor(side / shrink / factor) * factor)
    return Result.succeed({ width: fit(width), height: fit(height) })
  }
  return Result.succeed(pixels < minPixels ? scaled(Math.ceil, Math.sqrt(minPixels / (height * width))) : nearest)
}

const roundHalfEven = (value: number): number => {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1
}
