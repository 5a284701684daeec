/** Which row of which part stands where in a mixture: pure, and drawn by counters. */
import * as Random from "../../pipeline/Random.ts"

/** The rows that a mixture of this size would hold of a part, exact as fractions: its share of them. */
const shareOf = (rows: number, ratio: number, ratios: ReadonlyArray<number>): number =>
  rows * ratio / ratios.reduce((sum, one) => sum + one, 0)

/** The largest size at which no part gives any of its rows twice. */
export const most = (sizes: ReadonlyArray<number>, ratios: ReadonlyArray<number>): number => {
  const fits = sizes.map((size, i) => size / shareOf(1, ratios[i]!, ratios))
  return Math.floor(Math.min(...fits) + 1e-9) // as 3 / (1 / 3) may be a hair below 9
}

/** How many of `rows` each part gives: its share in whole numbers, which add up (largest remainders, ties to the first). */
export const counts = (rows: number, ratios: ReadonlyArray<number>): ReadonlyArray<number> => {
  const shares = ratios.map((ratio) => shareOf(rows, ratio, ratios))
  const whole = shares.map((share) => Math.floor(share + 1e-9))
  const left = rows - whole.reduce((sum, count) => sum + count, 0)
  const last = shares.map((share, i) => ({ i, rest: share - whole[i]! })).toSorted((a, b) => b.rest - a.rest).slice(0, left)
  return whole.map((count, i) => count + (last.some((one) => one.i === i) ? 1 : 0))
}

/**
 * The row of a part that comes k-th: all of its rows in their order, as often as they go into `count`, and then as many as are
 * missing, drawn by `key` and in their order too. Whatever reads a mixture reads its parts from first to last.
 */
export const order = (key: Random.Key, size: number, count: number): (k: number) => number => {
  const rest = count % size
  const drawn = rest === 0 ? [] : Random.permutation(key, size).slice(0, rest).sort((a, b) => a - b)
  return (k) => k < count - rest ? k % size : drawn[k - (count - rest)]!
}

/** A row of a mixture: the part it comes from, and which of that part's it is. */
export interface Place {
  readonly part: number
  readonly k: number
}

/** The places of a mixture of `counts` rows of each part, any order as likely as any other. */
export const places = function*(key: Random.Key, counts: ReadonlyArray<number>): Generator<Place> {
  const taken = counts.map(() => 0)
  const rows = counts.reduce((sum, count) => sum + count, 0)
  for (let place = 0; place < rows; place++) {
    let ahead = Math.floor(Random.uniformAt(key, place) * (rows - place))
    const part = counts.findIndex((count, i) => (ahead -= count - taken[i]!) < 0)
    yield { part, k: taken[part]!++ }
  }
}

/** The same, some at a time. */
export const chunked = function*(places: Iterable<Place>, length: number): Generator<ReadonlyArray<Place>> {
  let chunk: Array<Place> = []
  for (const place of places) {
    chunk.push(place)
    if (chunk.length < length) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
