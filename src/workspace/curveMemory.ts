/** Curves that were read lately, so that another smoothing or range of the same ones reads nothing again. */

/** Steps and values of one length; a value that is not finite is NaN. */
export interface CurvePoints {
  readonly steps: Float64Array
  readonly values: Float64Array
}

/** Points of curves that were read, by execution and metric, for as long as nothing can change them. */
export interface CurveMemory {
  readonly get: (name: string) => CurvePoints | undefined
  readonly keep: (name: string, points: CurvePoints) => void
}

/** Points of 1,000 runs of 10,000 steps, and half as many again: 240 MB. */
const usual = 15_000_000

/** A memory of at most so many points: those that were not asked for the longest go. */
export const curveMemory = (most = usual): CurveMemory => {
  const known = new Map<string, CurvePoints>()
  let held = 0
  const forget = (name: string): void => {
    held -= known.get(name)?.steps.length ?? 0
    known.delete(name)
  }
  const keep = (name: string, points: CurvePoints): void => {
    forget(name)
    known.set(name, points)
    held += points.steps.length
    for (const oldest of known.keys()) {
      if (held <= most) return
      forget(oldest)
    }
  }
  return {
    get: (name) => {
      const found = known.get(name)
      if (found !== undefined) keep(name, found)
      return found
    },
    keep
  }
}
