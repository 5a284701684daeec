/** Hashes of contents, as the hub names them. */
import { createHash, type Hash } from "node:crypto"
import { createReadStream } from "node:fs"
import { pipeline } from "node:stream/promises"
import type { Listed } from "./cache.ts"

/** A hash that ends as the file's name when all of it went in: 64 digits are sha256, 40 are git's sha1, which begins with the length. */
export const digestOf = ({ etag, size }: Pick<Listed, "etag" | "size">): Hash =>
  etag.length === 64 ? createHash("sha256") : createHash("sha1").update(`blob ${size}\0`)

/** The same with the bytes of a file in it. */
export const digestFrom = async (file: Listed, path: string): Promise<Hash> => {
  const hash = digestOf(file)
  await pipeline(createReadStream(path), hash, { end: false })
  return hash
}
