/** What an annotation file and its pictures are, as one hash. */
import { createHash } from "node:crypto"
import { statSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { DataError } from "../task/dataError.ts"
import { isRow } from "../task/detection/coco/fields.ts"
import { bytesOf } from "../task/readJson.ts"
import { NotJson, type Piece, splitter } from "../task/splitJson.ts"

/** Bytes of a picture's file, -1 for none. Synchronous, since asking the pool of threads takes five times as long. */
const lengthOf = (path: string): number => {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size ?? -1
  } catch {
    return -1
  }
}

/**
 * Hash of an annotation file together with the names and lengths of the image files that it lists: taken in one pass over
 * the file, of which nothing but the images is looked into. What else the file is, or is not, is the reader's to say.
 */
export const contentHash = (annotations: string, images: string): Effect.Effect<string, DataError> =>
  Effect.tryPromise({
    try: async () => {
      const [text, pictures] = [createHash("sha256"), createHash("sha256")]
      const { push } = splitter((key) => key === "images")
      let isDone = false
      const take = (piece: Piece): void => {
        if (!("rows" in piece)) return
        for (const row of piece.rows) {
          const file = isRow(row) ? row["file_name"] : undefined
          if (typeof file === "string") pictures.update(`\n${JSON.stringify(file)} ${lengthOf(join(images, file))}`)
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
    },
    catch: (cause) => {
      if (cause instanceof DataError) return cause
      throw cause
    }
  })
