/** Records as TensorBoard's event files hold them: a length, its checksum, the bytes, their checksum. */
import { crc32c } from "./crc32c.ts"

/** A checksum of what itself holds checksums says little, so that TensorFlow turns it about (tsl/lib/hash/crc32c.h). */
const masked = (bytes: Uint8Array): number => {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

export const record = (data: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(data.length + 16)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(data.length), true)
  view.setUint32(8, masked(bytes.subarray(0, 8)), true)
  bytes.set(data, 12)
  view.setUint32(12 + data.length, masked(data), true)
  return bytes
}
