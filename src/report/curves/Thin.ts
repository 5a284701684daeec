/** Curves thinned out to about as many points as a picture has pixels, without hiding a spike. */

/** Steps put together in buckets of equal width; one that holds several steps is drawn by two points. */
export interface Buckets {
  /** Index of the first step of each bucket, and at the end how many steps there are. Buckets without steps are left out. */
  readonly from: ReadonlyArray<number>
  /** Steps at which points are drawn: the only one of a bucket, or else its first and its last. */
  readonly steps: Float64Array
  /** How many steps a bucket spans; 1 where nothing was thinned out. */
  readonly span: number
}

/** Puts ascending `steps` into at most `count` buckets; leaves them alone where they are no more than two for each. */
export const buckets = (steps: Float64Array, count: number): Buckets => {
  const first = steps[0] ?? 0
  const all = (steps.at(-1) ?? 0) - first + 1
  const span = steps.length <= 2 * count ? 1 : Math.ceil(all / count)
  const from: Array<number> = []
  const drawn: Array<number> = []
  let bucket = -1
  steps.forEach((step, i) => {
    const own = Math.floor((step - first) / span)
    if (own !== bucket) from.push(i)
    else if (drawn.length > 0 && i - from.at(-1)! > 1) drawn.pop()
    drawn.push(step)
    bucket = own
  })
  return { from: [...from, steps.length], steps: Float64Array.from(drawn), span }
}

/** Calls `draw` with the indices of each bucket's values, [start, end), and collects the one or two values it gives. */
const eachBucket = (
  { from, steps }: Buckets,
  values: Float64Array,
  draw: (lowest: number, highest: number, highestFirst: boolean) => readonly [number, number]
): Float64Array => {
  const drawn = new Float64Array(steps.length)
  let at = 0
  for (let b = 0; b + 1 < from.length; b++) {
    const [start, end] = [from[b]!, from[b + 1]!]
    let [low, high] = [-1, -1]
    for (let i = start; i < end; i++) {
      const value = values[i]!
      if (Number.isNaN(value)) continue
      if (low < 0 || value < values[low]!) low = i
      if (high < 0 || value > values[high]!) high = i
    }
    const [one, two] = draw(values[low] ?? NaN, values[high] ?? NaN, high < low)
    drawn[at++] = one
    if (end - start > 1) drawn[at++] = two
  }
  return drawn
}

/** A line: the lowest and the highest value of each bucket, in the order in which they came. NaN where it has none. */
export const line = (of: Buckets, values: Float64Array): Float64Array =>
  eachBucket(of, values, (low, high, highestFirst) => highestFirst ? [high, low] : [low, high])

/** The lower edge of a band: the lowest value of each bucket. */
export const lower = (of: Buckets, values: Float64Array): Float64Array => eachBucket(of, values, (low) => [low, low])

/** The upper edge of a band: the highest value of each bucket. */
export const upper = (of: Buckets, values: Float64Array): Float64Array => eachBucket(of, values, (_, high) => [high, high])
