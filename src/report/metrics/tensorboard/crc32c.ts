/** CRC-32C (Castagnoli), the checksum of TensorBoard's records. Source: RFC 3720, appendix B.4. */

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1
  return value
})

/** Checksum of some bytes, from 0 to 2^32 - 1. */
export const crc32c = (bytes: Uint8Array): number => {
  let value = 0xffffffff
  for (const byte of bytes) value = (value >>> 8) ^ table[(value ^ byte) & 0xff]!
  return (value ^ 0xffffffff) >>> 0
}
