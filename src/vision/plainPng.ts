/** PNG files that need no decoding to be passed on: every decoder reads the same pixels from them. */
import { crc32 } from "node:zlib"
import type { Size } from "./Box.ts"

const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1")

/** The data of a header whose pixels are red, green and blue of eight bits, row by row: all but the two sizes. */
const plainHeader = Buffer.from([8, 2, 0, 0, 0])

/** Around a chunk's data lie its length and name before, and its checksum after. */
const around = { before: 8, after: 4 } as const

/**
 * The size of a PNG of eight bits each of red, green and blue, with nothing transparent and every chunk whole; undefined of
 * anything else.
 *
 * Source: Portable Network Graphics (PNG) Specification, third edition, 2025, sections 5 and 11.
 */
export const plainPng = (file: Uint8Array): Size | undefined => {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  if (!bytes.subarray(0, signature.length).equals(signature)) return undefined
  let size: Size | undefined
  for (let at = signature.length; at + around.before + around.after <= bytes.length;) {
    const end = at + around.before + bytes.readUInt32BE(at)
    if (end + around.after > bytes.length || crc32(bytes.subarray(at + 4, end)) !== bytes.readUInt32BE(end)) return undefined
    const data = bytes.subarray(at + around.before, end)
    const name = bytes.toString("latin1", at + 4, at + around.before)
    if (name === "IHDR") {
      if (!data.subarray(8).equals(plainHeader)) return undefined
      size = { width: data.readUInt32BE(0), height: data.readUInt32BE(4) }
    }
    if (name === "tRNS") return undefined
    if (name === "IEND") return size
    at = end + around.after
  }
  return undefined
}
