/** Whether a picture's file goes on to its end, by its first and last bytes. */

/** The first and last bytes of a file, and how long it is. */
export interface Ends {
  readonly head: Buffer
  readonly tail: Buffer
  readonly size: number
}

/** A JPEG ends with its end-of-image marker; some programs fill up with zeros behind it. */
const isWholeJpeg = ({ head, tail }: Ends): boolean => {
  if (head[0] !== 0xff || head[1] !== 0xd8) return false
  let end = tail.length
  while (end > 0 && tail[end - 1] === 0) end--
  return end >= 2 && tail[end - 2] === 0xff && tail[end - 1] === 0xd9
}

/** A WebP says how long it is. */
const isWholeWebp = ({ head, size }: Ends): boolean =>
  head.toString("latin1", 0, 4) === "RIFF" && head.toString("latin1", 8, 12) === "WEBP" && head.readUInt32LE(4) + 8 <= size

/** True for files that are whole. False says nothing: another format, or one that has to be decoded to know. */
export const isWhole = (ends: Ends): boolean => isWholeJpeg(ends) || isWholeWebp(ends)
