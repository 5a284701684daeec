/** Images as the vision tower's patches. */
import type { Image } from "./Image.ts"

export interface PatchOptions {
  /** Side of a patch in pixels. */
  readonly patchSize: number
  /** Patches a side of the block that becomes one visual token. */
  readonly mergeSize: number
  /** Frames a patch; a still image is repeated. */
  readonly temporalPatchSize: number
  /** Factor that brings a byte to the scale of mean and standard deviation, normally 1/255. */
  readonly rescale: number
  /** Of red, green and blue. */
  readonly mean: readonly [number, number, number]
  readonly std: readonly [number, number, number]
}

/**
 * Cuts an image into normalised patches as Qwen2-VL's vision tower reads them: [height / patchSize * width / patchSize,
 * 3 * temporalPatchSize * patchSize * patchSize].
 *
 * The patches of one merged block follow each other (row by row), and blocks go row by row; inside a patch the order is
 * channel, frame, row, column. The image's sides must be multiples of patchSize * mergeSize (see `smartResize`).
 * Source: Hugging Face transformers, Qwen2VLImageProcessor.
 */
export const patches = (image: Image, options: PatchOptions): Float32Array => {
  const { mergeSize, patchSize, temporalPatchSize } = options
  const gridWidth = image.width / patchSize
  const gridHeight = image.height / patchSize
  const tables = normalisers(options)
  const values = new Float32Array(3 * temporalPatchSize * image.width * image.height)
  let at = 0
  for (let blockY = 0; blockY < gridHeight; blockY += mergeSize) {
    for (let blockX = 0; blockX < gridWidth; blockX += mergeSize) {
      for (let y = blockY; y < blockY + mergeSize; y++) {
        for (let x = blockX; x < blockX + mergeSize; x++) {
          at = writePatch(values, at, image, x * patchSize, y * patchSize, options, tables)
        }
      }
    }
  }
  return values
}

/** Writes the patch whose corner is at (left, top) and returns where the next one goes. */
const writePatch = (
  values: Float32Array,
  start: number,
  image: Image,
  left: number,
  top: number,
  { patchSize, temporalPatchSize }: PatchOptions,
  tables: ReadonlyArray<Float32Array>
): number => {
  let at = start
  for (let channel = 0; channel < 3; channel++) {
    const table = tables[channel]!
    const frame = at
    for (let y = top; y < top + patchSize; y++) {
      let from = (y * image.width + left) * 3 + channel
      for (let x = 0; x < patchSize; x++, from += 3) values[at++] = table[image.pixels[from]!]!
    }
    for (let copy = 1; copy < temporalPatchSize; copy++, at += patchSize * patchSize) {
      values.copyWithin(at, frame, frame + patchSize * patchSize)
    }
  }
  return at
}

/** Normalised value of every byte, for each channel. */
const normalisers = ({ mean, rescale, std }: PatchOptions): ReadonlyArray<Float32Array> =>
  mean.map((m, channel) => Float32Array.from({ length: 256 }, (_, byte) => (byte * rescale - m) / std[channel]!))
