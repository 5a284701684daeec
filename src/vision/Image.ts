/** Images as pixels. */
import { readFile } from "node:fs/promises"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { Size } from "./Box.ts"
import { loadSharp } from "./sharp.ts"

/** An image file cannot be used: `path` names it, `message` says why and what to do. */
export class ImageError extends Data.TaggedError("ImageError")<{
  readonly path: string
  readonly message: string
  readonly cause?: unknown
}> {
  /** A wrong input, for a command's exit code. */
  readonly exitCode = 3

  /** `problem`, with what was thrown in brackets, and what to do. */
  static of(path: string, problem: string, cause: unknown, remedy = ""): ImageError {
    const why = cause instanceof Error ? cause.message : String(cause)
    return new ImageError({ path, message: `${problem} (${why}).${remedy}`, cause })
  }
}

/** Pixels row by row, three bytes (red, green, blue) each. */
export interface Image extends Size {
  readonly pixels: Uint8Array
}

/** A picture that claims more pixels than this is a mistake or an attack, and is refused before it is unpacked. */
export const largestPixels = 100_000_000

const bytesOf = async (source: string): Promise<Uint8Array> =>
  isDataUri(source) ? Buffer.from(source.slice(source.indexOf(",") + 1), "base64") : readFile(source)

/** The bytes of an image: of a file, or of a data URI of base64. Fails with `ImageError`, naming the file. */
export const read = (source: string): Effect.Effect<Uint8Array, ImageError> =>
  Effect.tryPromise({ try: () => bytesOf(source), catch: (cause) => unreadable(source, cause) })

const isDataUri = (source: string): boolean => source.startsWith("data:")

/**
 * Decodes an image's bytes to RGB, 8 bits a channel. What is transparent shows white, as in the reference (qwen_vl_utils), and EXIF
 * rotation is ignored, as there, since boxes are given in pixels as stored; so are color profiles: numbers are those that are stored.
 *
 * Fails with `ImageError`, naming `source`, when they are no picture, cut short, or above `largestPixels`.
 */
export const decode = (bytes: Uint8Array, source: string): Effect.Effect<Image, ImageError> =>
  Effect.tryPromise({
    try: async () => {
      const sharp = await loadSharp()
      const { data, info } = await sharp(bytes, { limitInputPixels: largestPixels, failOn: "error", ignoreIcc: true })
        .toColourspace("srgb").flatten({ background: "#fff" })
        .raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true })
      return { width: info.width, height: info.height, pixels: new Uint8Array(data) }
    },
    catch: (cause) => unreadable(source, cause)
  })

/** Reads and decodes an image: from memory, since libvips would remember a path's picture after the file has changed. */
export const load = (source: string): Effect.Effect<Image, ImageError> => Effect.flatMap(read(source), (bytes) => decode(bytes, source))

const unreadable = (path: string, cause: unknown): ImageError =>
  isDataUri(path)
    ? ImageError.of("data URI", "The image in a data URI cannot be read", cause)
    : ImageError.of(path, `Image ${path} cannot be read`, cause, " Restore the file or leave it out of the data set.")
