/** A word in time about a model that does not fit. */

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`

/**
 * Throws an error that names the sizes when `numbers` floats are more than this process can get. `what` says what they are
 * for and `remedy` what to do.
 */
export const requireMemory = (
  numbers: number,
  what: string,
  remedy: string,
  available: number = process.availableMemory()
): void => {
  const needed = numbers * Float32Array.BYTES_PER_ELEMENT
  if (needed <= available) return
  throw new Error(`${what} needs ${gibibytes(needed)} of memory, and ${gibibytes(available)} are available. ${remedy}`)
}
