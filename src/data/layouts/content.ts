/** What a file of annotations and its pictures are, as one hash. */
import { createHash } from "node:crypto"
import { statSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { DataError } from "../../task/dataError.ts"
import { BadField, isRow, type Row } from "../../task/detection/coco/fields.ts"
import { hashing } from "../../task/hashing.ts"
import { bytesOf } from "../../task/readJson.ts"
import { NotJson, type Piece, splitter } from "../../task/splitJson.ts"

/** Bytes of a picture's file, -1 for none. Synchronous, since asking the pool of threads takes five times as long. */
const lengthOf = (path: string): number => {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size ?? -1
  } catch {
    return -1
  }
}

/** A hash of pictures by their names and lengths. */
export const pictureHash = (folder: string) => {
  const hash = createHash("sha256")
  return {
    add: (file: string): void => void hash.update(`\n${JSON.stringify(file)} ${lengthOf(join(folder, file))}`),
    digest: (): Buffer => hash.digest()
  }
}

/** The file that a row names; undefined where it names none. */
const fileIn = (row: unknown, fileOf: (row: Row) => string): string | undefined => {
  if (!isRow(row)) return undefined
  try {
    return fileOf(row)
  } catch (cause) {
    if (cause instanceof BadField) return undefined
    throw cause
  }
}

/**
 * Hash of an instances file together with the names and lengths of the image files that it lists: taken in one pass over
 * the file, of which nothing but the images is looked into. What else the file is, or is not, is the reader's to say.
 */
export const contentHash = (
  annotations: string,
  images: string,
  fileOf: (row: Row) => string
): Effect.Effect<string, DataError> =>
  hashing(async () => {
    const text = createHash("sha256")
    const pictures = pictureHash(images)
    const { push } = splitter((key) => key === "images")
    let isDone = false
    const take = (piece: Piece): void => {
      if (!("rows" in piece)) return
      for (const row of piece.rows) {
        const file = fileIn(row, fileOf)
        if (file !== undefined) pictures.add(file)
      }
      isDone = piece.last
    }
    for await (const bytes of bytesOf(annotations)) {
      text.update(bytes)
      if (isDone) continue
      try {
        push(bytes).forEach(take)
      } catch (cause) {
        if (!(cause instanceof NotJson)) throw cause
        isDone = true
      }
    }
    return text.update(pictures.digest()).digest("hex")
  })

/** One hash of several. */
export const joined = (...hashes: ReadonlyArray<string>): string => createHash("sha256").update(hashes.join("\n")).digest("hex")
