/** Pictures that stand inside of rows, as files: each content once, by its hash, whole or not at all. */
import { createHash } from "node:crypto"
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { BadField, isRow, show } from "../../task/detection/coco/fields.ts"

/** Suffix by the first bytes; other programs go by it. */
const suffixOf = (bytes: Uint8Array): string => {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(16, bytes.length)).toString("latin1")
  if (head.startsWith("\xff\xd8")) return ".jpg"
  if (head.startsWith("\x89PNG")) return ".png"
  if (head.startsWith("RIFF") && head.slice(8, 12) === "WEBP") return ".webp"
  if (head.startsWith("GIF8")) return ".gif"
  if (head.startsWith("BM")) return ".bmp"
  return head.startsWith("II*") || head.startsWith("MM\0*") ? ".tif" : ".img"
}

/** The bytes of a picture as columns hold it: `{ bytes, path }` as Hugging Face's `datasets` writes it, or bytes alone. Throws `BadField`. */
export const pictureIn = (value: unknown, column: string): Uint8Array => {
  const bytes = isRow(value) && !ArrayBuffer.isView(value) ? value["bytes"] : value
  if (bytes instanceof Uint8Array && bytes.length > 0) return bytes
  const path = isRow(value) && typeof value["path"] === "string" ? `, and names only the path ${show(value["path"])}` : ""
  throw new BadField(column, `must hold the bytes of a picture${path === "" ? `, not ${show(value)}` : path}`)
}

/** Writes a picture below `folder`, unless it is there, and gives its path from there. */
export const keepPicture = async (folder: string, bytes: Uint8Array): Promise<string> => {
  const hash = createHash("sha256").update(bytes).digest("hex")
  const name = join(hash.slice(0, 2), hash + suffixOf(bytes))
  const path = join(folder, name)
  const there = await stat(path).catch(() => undefined)
  if (there?.size === bytes.length) return name
  await mkdir(dirname(path), { recursive: true })
  const draft = `${path}.${process.pid}.${crypto.randomUUID()}`
  try {
    await writeFile(draft, bytes)
    await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
  return name
}
