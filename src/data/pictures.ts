/** What can be wrong with a picture of a data set. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs"
import * as Effect from "effect/Effect"
import { reasonOf } from "../pipeline/reason.ts"
import { forReading, requireFile } from "../task/regularFile.ts"
import type { Size } from "../vision/Box.ts"
import { loadSharp } from "../vision/sharp.ts"

/**
 * What is wrong with an image file, or undefined: missing, no picture, cut short, or of another size than `expected`.
 * Reads only the first and last bytes of a PNG, and the header of other formats.
 */
export const imageProblem = (path: string, expected: Size): Effect.Effect<string | undefined> =>
  Effect.promise(async () => {
    const found = await sizeOf(path).catch((cause: unknown) => reasonOf(cause))
    if (typeof found === "string") return `${path} cannot be read (${found}). Restore the file.`
    if (found.width === expected.width && found.height === expected.height) return undefined
    const turned = found.width === expected.height && found.height === expected.width ? await orientation(path) : 1
    const sizes = `${found.width} x ${found.height} pixels, but its width and height are given as ${expected.width} x ${expected.height}`
    return turned < 5
      ? `${path} is ${sizes}. Correct the entry or the file.`
      : `${path} is stored as ${sizes}, as it looks turned by its EXIF orientation (${turned}), which is not applied here. ` +
        "Store it turned, without the tag, or give size and boxes in pixels as stored."
  })

const sizeOf = async (path: string): Promise<Size> => pngSize(path) ?? (await headerSize(path))

/**
 * Size of a whole PNG; undefined for other formats. sharp takes ten times as long to say it, and so do asynchronous calls,
 * which each cost more than the work that they hand over.
 */
const pngSize = (path: string): Size | undefined => {
  const file = openSync(path, forReading)
  try {
    const found = fstatSync(file)
    requireFile(found)
    if (found.size < 33) throw new Error("the file is too short for a picture")
    const head = Buffer.alloc(24)
    readSync(file, head, 0, 24, 0)
    if (head.toString("latin1", 1, 4) !== "PNG" || head.toString("latin1", 12, 16) !== "IHDR") return undefined
    const tail = Buffer.alloc(8)
    readSync(file, tail, 0, 8, found.size - 8)
    if (tail.toString("latin1", 0, 4) !== "IEND") throw new Error("the PNG is cut short")
    return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) }
  } finally {
    closeSync(file)
  }
}

const headerSize = async (path: string): Promise<Size> => {
  const { height, width } = await (await loadSharp())(path).metadata()
  return { width, height }
}

/** EXIF's orientation, 1 to 8: from 5 on, width and height change places when the picture is shown. 1 where none is given. */
const orientation = async (path: string): Promise<number> => (await (await loadSharp())(path).metadata()).orientation ?? 1
