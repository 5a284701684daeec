/** What can be wrong with a picture of a data set, found before anything is computed. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs"
import { readFile } from "node:fs/promises"
import * as Effect from "effect/Effect"
import { reasonOf } from "../../pipeline/reason.ts"
import type { Problem } from "../../task/problem.ts"
import { forReading, requireFile } from "../../task/regularFile.ts"
import type { Size } from "../../vision/Box.ts"
import { largestPixels } from "../../vision/Image.ts"
import { aspectRatio, largestAspectRatio } from "../../vision/smartResize.ts"
import { loadSharp } from "../../vision/sharp.ts"
import { type Ends, isWhole } from "./wholePicture.ts"

/** A picture as it is stored. */
export interface Picture extends Size {
  /**
   * EXIF's orientation, 1 to 8: from 2 on, the picture is shown turned or mirrored, which is not applied here, since boxes are
   * given in pixels as stored. 1 where none is given.
   */
  readonly orientation: number
}

type Fault = Omit<Problem, "entry">

export const isPicture = (found: Picture | Fault): found is Picture => "width" in found

/**
 * Size and orientation of an image file, or what is wrong with it: missing, no picture, cut short, of another size than
 * `expected`, or none that a model can see. Reads only the first and last bytes of most files, and decodes those that could be cut short.
 */
export const lookAt = (path: string, expected?: Size): Effect.Effect<Picture | Fault> =>
  Effect.promise(async () => {
    const found = await look(path).catch((cause: unknown) => reasonOf(cause))
    if (typeof found === "string") {
      return { kind: "a picture that cannot be read", message: `${path} cannot be read (${found}). Restore the file.` }
    }
    return (expected === undefined ? undefined : wrongSize(path, found, expected)) ?? unseeable(path, found) ?? found
  })

/** That a picture is not shown as it is stored. */
export const turned = (entry: string, path: string, orientation: number): Problem => ({
  kind: "an EXIF orientation",
  entry,
  message: `${path} has the EXIF orientation ${orientation}, which is ignored, as the reference does: boxes are in pixels as stored.`
})

const wrongSize = (path: string, found: Picture, expected: Size): Fault | undefined => {
  if (found.width === expected.width && found.height === expected.height) return undefined
  const isTurned = found.width === expected.height && found.height === expected.width && found.orientation >= 5
  const sizes = `${found.width} x ${found.height} pixels, but its width and height are given as ${expected.width} x ${expected.height}`
  const message = isTurned
    ? `${path} is stored as ${sizes}, as it looks turned by its EXIF orientation (${found.orientation}), which is not applied ` +
      "here. Store it turned, without the tag, or give size and boxes in pixels as stored."
    : `${path} is ${sizes}. Correct the entry or the file.`
  return { kind: isTurned ? "a size as turned by EXIF" : "a wrong size", message }
}

const unseeable = (path: string, size: Size): Fault | undefined => {
  const { height, width } = size
  const why = height * width > largestPixels
    ? `more than ${largestPixels / 1e6} million`
    : aspectRatio(size) > largestAspectRatio
    ? `over ${largestAspectRatio} times as long as wide`
    : undefined
  return why === undefined
    ? undefined
    : { kind: "a picture that no model sees", message: `${path} is ${width} x ${height} pixels, ${why}, which no model sees. Crop it or leave it out.` }
}

const look = async (path: string): Promise<Picture> => {
  const ends = endsOf(path)
  const png = pngSize(ends)
  if (png !== undefined) return { ...png, orientation: 1 }
  const sharp = await loadSharp()
  const damaged = (cause: unknown) => Promise.reject(new Error(`it is cut short, damaged or no picture: ${reasonOf(cause)}`))
  const { height, orientation = 1, width } = await sharp(path).metadata().catch(damaged)
  // a header says nothing of what follows it
  if (!isWhole(ends)) await sharp(await readFile(path), { failOn: "error", limitInputPixels: largestPixels }).stats().catch(damaged)
  return { width, height, orientation }
}

/** sharp takes ten times as long to say what these do, and so do asynchronous calls. */
const endsOf = (path: string): Ends => {
  const file = openSync(path, forReading)
  try {
    const found = fstatSync(file)
    requireFile(found)
    if (found.size < 33) throw new Error("the file is too short for a picture")
    const [head, tail] = [Buffer.alloc(24), Buffer.alloc(16)]
    readSync(file, head, 0, head.length, 0)
    readSync(file, tail, 0, tail.length, found.size - tail.length)
    return { head, tail, size: found.size }
  } finally {
    closeSync(file)
  }
}

/** Size of a whole PNG with nothing behind it; undefined for anything else. */
const pngSize = ({ head, tail }: Ends): Size | undefined => {
  const isWhole = head.toString("latin1", 1, 4) === "PNG" && head.toString("latin1", 12, 16) === "IHDR" && tail.toString("latin1", 8, 12) === "IEND"
  if (!isWhole) return undefined
  return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) }
}
