/** Files of data sets: annotation texts, and what can be wrong with a picture. */
import { createHash } from "node:crypto"
import { open, readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Size } from "../vision/Box.ts"
import { loadSharp } from "../vision/sharp.ts"
import { DataError } from "../task/dataError.ts"

const FileNames = Schema.Struct({ images: Schema.Array(Schema.Struct({ file_name: Schema.String })) })

/** The value in a JSON file. Fails naming the file when it cannot be read or is not JSON. */
export const readJson = (path: string): Effect.Effect<unknown, DataError> =>
  Effect.flatMap(readText(path), (text) =>
    Effect.try({
      try: (): unknown => JSON.parse(text),
      catch: (cause) =>
        new DataError({ path, message: `${path} is not JSON (${reason(cause)}). Download or write it again.`, cause })
    }))

/** Hash of an annotation file together with the names and lengths of the image files that it lists. */
export const contentHash = (annotations: string, images: string): Effect.Effect<string, DataError> =>
  Effect.gen(function*() {
    const text = yield* readText(annotations)
    const hash = createHash("sha256").update(text)
    const names = Schema.decodeOption(Schema.fromJsonString(FileNames))(text)
    const files = names._tag === "Some" ? names.value.images.map((image) => image.file_name) : []
    const lengths = yield* Effect.forEach(
      files,
      (file) => Effect.promise(() => stat(join(images, file)).then((found) => found.size, () => -1)),
      { concurrency: 16 }
    )
    files.forEach((file, i) => hash.update(`\n${file} ${lengths[i]}`))
    return hash.digest("hex")
  })

/**
 * What is wrong with an image file, or undefined: missing, no picture, cut short, or of another size than `expected`.
 * Reads only the first and last bytes of a PNG, and the header of other formats.
 */
export const imageProblem = (path: string, expected: Size): Effect.Effect<string | undefined> =>
  Effect.promise(async () => {
    const found = await pngSize(path).then((size) => size ?? headerSize(path)).catch((cause: unknown) => reason(cause))
    if (typeof found === "string") return `${path} cannot be read (${found}). Restore the file.`
    if (found.width === expected.width && found.height === expected.height) return undefined
    return `${path} is ${found.width} x ${found.height} pixels, but its width and height are given as ` +
      `${expected.width} x ${expected.height}. Correct the entry or the file.`
  })

const readText = (path: string): Effect.Effect<string, DataError> =>
  Effect.tryPromise({
    try: () => readFile(path, "utf8"),
    catch: (cause) =>
      new DataError({ path, message: `${path} cannot be read (${reason(cause)}). Check the path.`, cause })
  })

/** Size of a whole PNG; undefined for other formats. sharp takes ten times as long to say it. */
const pngSize = async (path: string): Promise<Size | undefined> => {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    if (size < 33) throw new Error("the file is too short for a picture")
    const head = Buffer.alloc(24)
    await file.read(head, 0, 24, 0)
    if (head.toString("latin1", 1, 4) !== "PNG" || head.toString("latin1", 12, 16) !== "IHDR") return undefined
    const tail = Buffer.alloc(8)
    await file.read(tail, 0, 8, size - 8)
    if (tail.toString("latin1", 0, 4) !== "IEND") throw new Error("the PNG is cut short")
    return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) }
  } finally {
    await file.close()
  }
}

const headerSize = async (path: string): Promise<Size> => {
  const { height, width } = await (await loadSharp())(path).metadata()
  return { width, height }
}

const reason = (cause: unknown): string => cause instanceof Error ? cause.message : String(cause)
