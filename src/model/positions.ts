/** One image in a prompt: its grid in patches. Both sides are multiples of the merge size. */
export interface ImageGrid {
  readonly rows: number
  readonly columns: number
}

/**
 * M-RoPE positions (time, height, width) of prompt tokens, flat [tokens * 3], and the position after the last.
 *
 * Text counts up in all three. The tokens of an image keep the time at which it starts and spread over height and width;
 * the text after it goes on behind the largest of them.
 *
 * Source: Wang et al., arXiv 2409.12191, section 2.1; one frame an image.
 */
export const promptPositions = (
  ids: ReadonlyArray<number>,
  images: ReadonlyArray<ImageGrid>,
  imageToken: number,
  merge: number
): { readonly positions: Float32Array; readonly next: number } => {
  const positions = new Float32Array(ids.length * 3)
  let next = 0
  let image = 0
  for (let i = 0; i < ids.length;) {
    if (ids[i] !== imageToken) {
      positions.fill(next, 3 * i, 3 * i + 3)
      next++
      i++
      continue
    }
    const grid = images[image++]
    if (grid === undefined) throw new RangeError("the prompt has more image places than images")
    const rows = grid.rows / merge
    const columns = grid.columns / merge
    for (let k = 0; k < rows * columns; k++, i++) {
      positions[3 * i] = next
      positions[3 * i + 1] = next + Math.floor(k / columns)
      positions[3 * i + 2] = next + (k % columns)
    }
    next += Math.max(rows, columns)
  }
  if (image < images.length) throw new RangeError("the prompt has fewer image places than images")
  return { positions, next }
}

/** Row and column of every patch, flat [patches * 2], in processor order: blocks of merge x merge patches, row by row. */
export const patchPositions = (grid: ImageGrid, merge: number): Float32Array => {
  const positions = new Float32Array(grid.rows * grid.columns * 2)
  const columns = grid.columns / merge
  for (let patch = 0; patch < grid.rows * grid.columns; patch++) {
    const block = Math.floor(patch / merge ** 2)
    const inside = patch % merge ** 2
    positions[2 * patch] = Math.floor(block / columns) * merge + Math.floor(inside / merge)
    positions[2 * patch + 1] = (block % columns) * merge + (inside % merge)
  }
  return positions
}

/** The patches of every attention window of an image; windows at the lower and right edge may be smaller. */
export const windows = (grid: ImageGrid, merge: number, blocksAWindow: number): ReadonlyArray<ReadonlyArray<number>> => {
  const rows = grid.rows / merge
  const columns = grid.columns / merge
  const across = Math.ceil(columns / blocksAWindow)
  const groups: Array<Array<number>> = Array.from({ length: across * Math.ceil(rows / blocksAWindow) }, () => [])
  for (let block = 0; block < rows * columns; block++) {
    const row = Math.floor(Math.floor(block / columns) / blocksAWindow)
    const column = Math.floor((block % columns) / blocksAWindow)
    for (let inside = 0; inside < merge ** 2; inside++) {
      groups[row * across + column]!.push(block * merge ** 2 + inside)
    }
  }
  return groups
}
