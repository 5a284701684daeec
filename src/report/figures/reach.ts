/** How far an axis of measured numbers reaches, and which published ones have a place on it. */

/** From the lowest to the highest number of an axis. */
export type Reach = readonly [low: number, high: number]

const reachOf = (values: ReadonlyArray<number>): Reach => [Math.min(...values), Math.max(...values)]

/**
 * The axis holds all that was measured, and of what was published the figures that lie no further from it than it is wide: those of
 * a model that is a hundred times larger would press the intervals into a dot. Undefined where there is no number at all.
 */
export const reach = (measured: ReadonlyArray<number>, published: ReadonlyArray<number>): Reach | undefined => {
  if (measured.length === 0) return published.length === 0 ? undefined : reachOf(published)
  const [low, high] = reachOf(measured)
  const room = high - low || Math.abs(low) || 1
  return reachOf([low, high, ...published.filter((value) => value >= low - room && value <= high + room)])
}

/** On which side of an axis a number lies; undefined where it lies on it. */
export const beyond = (value: number, [low, high]: Reach): "left" | "right" | undefined =>
  value < low ? "left" : value > high ? "right" : undefined
