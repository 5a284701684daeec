/**
 * Pictures that samples name, for the page: taken apart and put together again, so that nothing but a picture leaves here, whatever the
 * database names. What cameras say of turning is not followed, as boxes are in pixels as stored.
 */
import { createHash } from "node:crypto"
import { constants } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { reasonOf } from "../../../pipeline/reason.ts"
import { largestPixels } from "../../../vision/Image.ts"
import { loadSharp } from "../../../vision/sharp.ts"

/** Files larger than this are not read. */
const largestBytes = 64 << 20

/** What is drawn by a script or names other files is none. */
const formats: ReadonlySet<string> = new Set(["png", "jpeg", "webp", "gif", "tiff", "heif"])

/** Above so many pixels a picture travels as JPEG. */
const mostLossless = 1 << 20

export interface Picture {
  readonly type: "image/png" | "image/jpeg"
  readonly bytes: Uint8Array
}

/** A picture that can be read when somebody wants it. */
export interface Source {
  /** Another one after every change, for caches. */
  readonly tag: string
  /** At most `side` pixels on its longer side. Rejects with words where it is no picture. */
  readonly picture: (side: number) => Promise<Picture>
}

const tagOf = (...parts: ReadonlyArray<string | Uint8Array>): string => {
  const hash = createHash("sha256")
  for (const part of parts) hash.update(part).update("\n")
  return hash.digest("hex").slice(0, 32)
}

const scaled = async (bytes: Uint8Array, side: number): Promise<Picture> => {
  const sharp = await loadSharp()
  const image = sharp(bytes, { limitInputPixels: largestPixels, failOn: "error" })
  const { format } = await image.metadata()
  if (!formats.has(format)) throw new Error(`it is ${format}, which is not shown`)
  const whole = image.toColourspace("srgb").flatten({ background: "#fff" }).resize(side, side, { fit: "inside", withoutEnlargement: true })
  const { data, info } = await whole.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true })
  const again = sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } })
  const small = info.width * info.height <= mostLossless && format !== "jpeg"
  return small
    ? { type: "image/png", bytes: await again.png({ compressionLevel: 3 }).toBuffer() }
    : { type: "image/jpeg", bytes: await again.jpeg({ quality: 90 }).toBuffer() }
}

const dataUri = /^data:image\/[\w.+-]+;base64,/

const inside = (uri: string): Source => {
  const bytes = Buffer.from(uri.slice(uri.indexOf(",") + 1), "base64")
  return { tag: tagOf(bytes), picture: (side) => scaled(bytes, side) }
}

/** Neither follows a link nor waits for a pipe. */
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

const openPlain = async (path: string): Promise<FileHandle> => {
  const file = await open(path, flags).catch((cause: NodeJS.ErrnoException) => {
    throw new Error(cause.code === "ELOOP" ? "it is a link, and links are not followed" : reasonOf(cause))
  })
  const found = await file.stat()
  if (found.isFile() && found.size <= largestBytes) return file
  await file.close()
  throw new Error(found.isFile() ? `it is larger than ${largestBytes >> 20} MiB` : "it is no plain file")
}

const withFile = async <A>(path: string, use: (file: FileHandle) => Promise<A>): Promise<A> => {
  const file = await openPlain(path)
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}

const fileSource = async (path: string): Promise<Source> => {
  const { ino, mtimeNs, size } = await withFile(path, (file) => file.stat({ bigint: true }))
  return {
    tag: tagOf(path, `${ino} ${mtimeNs} ${size}`),
    picture: (side) => withFile(path, async (file) => scaled(await file.readFile(), side))
  }
}

/**
 * The picture that a sample names: a data URI, or a file, which `resolve` finds. Rejects, with words that say why, where that is
 * no plain file: a link, a folder, a pipe, one too large.
 */
export const sourceOf = async (image: string, resolve: (image: string) => string): Promise<Source> => {
  if (dataUri.test(image)) return inside(image)
  if (image.startsWith("data:") || image.includes("\u0000")) throw new Error("what the sample names is no picture")
  return fileSource(resolve(image))
}
