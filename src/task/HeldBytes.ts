/** Bytes that came in and are still needed, of a stream of any length. */

/** A growing window on a stream. Positions count from its first byte. */
export interface HeldBytes {
  bytes: Buffer
  /** How many there are; what is behind them in `bytes` means nothing. */
  length: number
  /** How many were dropped before them. */
  dropped: number
}

export const make = (): HeldBytes => ({ bytes: Buffer.alloc(1 << 17), length: 0, dropped: 0 })

/** Adds what came in. */
export const add = (held: HeldBytes, more: Uint8Array): void => {
  const length = held.length + more.length
  if (length > held.bytes.length) {
    const larger = Buffer.alloc(Math.max(length, 2 * held.bytes.length))
    held.bytes.copy(larger, 0, 0, held.length)
    held.bytes = larger
  }
  held.bytes.set(more, held.length)
  held.length = length
}

/** Drops the first `count` bytes. */
export const drop = (held: HeldBytes, count: number): void => {
  held.bytes.copy(held.bytes, 0, count, held.length)
  held.length -= count
  held.dropped += count
}
