/** Data sets that are folders of small files. */
import { isUtf8 } from "node:buffer"
import { createHash } from "node:crypto"
import { readdir } from "node:fs/promises"
import { extname, join, sep } from "node:path"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { reasonOf } from "../../pipeline/reason.ts"
import { DataError } from "../../task/dataError.ts"
import { hashing } from "../../task/hashing.ts"
import { openFile } from "../../task/regularFile.ts"
import { pictureHash } from "./content.ts"

/** Suffixes of picture files, in lower case. */
export const pictureSuffixes = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".avif", ".bmp"]

const largest = 1 << 26

/** Bytes of a file of annotations. Rejects with a reason in words. */
const bytesOf = async (path: string): Promise<Buffer> => {
  const file = await openFile(path)
  try {
    if ((await file.stat()).size > largest) throw new Error(`it has more than ${largest >> 20} MB`)
    return await file.readFile()
  } finally {
    await file.close()
  }
}

/** Bytes of a small file, or why there are none. */
export const bytesIn = (path: string): Effect.Effect<Buffer | { readonly fault: string }> =>
  Effect.promise(() => bytesOf(path).catch((cause: unknown) => ({ fault: reasonOf(cause) })))

/** The text of a small file, or why there is none. */
export const textIn = (path: string): Effect.Effect<string | { readonly fault: string }> =>
  Effect.map(bytesIn(path), (bytes) => "fault" in bytes ? bytes : isUtf8(bytes) ? bytes.toString("utf8") : { fault: "it is not UTF-8; save it as UTF-8" })

const names = (folder: string, suffixes: ReadonlyArray<string>, recursive: boolean): Effect.Effect<ReadonlyArray<string>, DataError> =>
  Effect.tryPromise({
    try: async () => {
      const found = await readdir(folder, { recursive })
      return found.filter((name) => suffixes.includes(extname(name).toLowerCase())).map((name) => name.split(sep).join("/")).sort()
    },
    catch: (cause) => new DataError({ path: folder, message: `${folder} cannot be read (${reasonOf(cause)}). Name a folder.`, cause })
  })

/** Names of the files in a folder that end so, sorted; the suffixes are in lower case. */
export const namesIn = (folder: string, suffixes: ReadonlyArray<string>) => names(folder, suffixes, false)

/** The same with the files in folders below it, by their paths from the folder, with forward slashes. */
export const namesBelow = (folder: string, suffixes: ReadonlyArray<string>) => names(folder, suffixes, true)

/** The lines of a small file that are not empty, without white space around them. */
export const linesIn = (path: string): Effect.Effect<ReadonlyArray<string>, DataError> =>
  Effect.flatMap(textIn(path), (text) =>
    typeof text === "string"
      ? Effect.succeed(text.split("\n").map((line) => line.trim()).filter((line) => line !== ""))
      : Effect.fail(new DataError({ path, message: `${path} cannot be read (${text.fault}). Check the path.` })))

/** Names in pieces, as a stream whose pieces are worked on one after the other. */
export const inPieces = (names: ReadonlyArray<string>): Stream.Stream<ReadonlyArray<string>> =>
  Stream.fromIterable(Array.from({ length: Math.ceil(names.length / 256) }, (_, i) => names.slice(256 * i, 256 * (i + 1))))

/** Hash of files by their names and bytes, and of the pictures, by names and lengths, that `picturesOf` finds for each. */
export const filesHash = (
  folder: string,
  names: ReadonlyArray<string>,
  images: string,
  picturesOf: (name: string, text: string) => ReadonlyArray<string>
): Effect.Effect<string, DataError> =>
  hashing(async () => {
    const text = createHash("sha256")
    const pictures = pictureHash(images)
    for (const name of names) {
      const bytes = await bytesOf(join(folder, name)).catch(() => Buffer.alloc(0)) // the reader says what is wrong with it
      text.update(`\n${JSON.stringify(name)} ${bytes.length}\n`).update(bytes)
      picturesOf(name, bytes.toString("utf8")).forEach(pictures.add)
    }
    return text.update(pictures.digest()).digest("hex")
  })

/** Hash of pictures by their names and lengths. */
export const picturesHash = (folder: string, names: ReadonlyArray<string>): Effect.Effect<string, DataError> =>
  hashing(async () => {
    const pictures = pictureHash(folder)
    names.forEach(pictures.add)
    return pictures.digest().toString("hex")
  })
