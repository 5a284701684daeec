/** Numbers a piece: 32 KiB of them. */
const size = 8192

/**
 * Calls `work` for 0..count piece by piece, in order.
 *
 * One long loop that runs once a training step is forgotten in between and starts out interpreted each time; a function that
 * is called often runs as machine code from its start.
 */
export const inPieces = (count: number, work: (start: number, end: number) => void): void => {
  for (let start = 0; start < count; start += size) work(start, Math.min(start + size, count))
}
