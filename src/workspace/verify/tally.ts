/** Numbers that were computed again, beside those that are stored. */

type Stored = number | string | null

/** A number that came out otherwise. */
export interface Mismatch {
  readonly place: string
  readonly stored: Stored
  readonly again: Stored
}

/** Numbers that could not be computed again, and why. */
export interface Left {
  readonly what: string
  readonly numbers: number
  readonly why: string
}

/** Comparisons that are counted. */
export interface Tally {
  /** Counts a number, and keeps its place where it differs by more than a share of it and, where given, than `rounding`. */
  readonly compare: (place: () => string, stored: Stored, again: Stored | undefined, rounding?: number) => void
  readonly leave: (what: string, numbers: number, why: string) => void
  readonly result: () => {
    readonly compared: number
    readonly differing: number
    /** The first of those that differ. */
    readonly mismatches: ReadonlyArray<Mismatch>
    readonly left: ReadonlyArray<Left>
  }
}

/** So many are told. */
const told = 20

/** Sums in another order and other processors round otherwise, by far less than this share. */
const tolerance = 1e-9

/** The database holds no number that is not finite. */
const asStored = (value: Stored | undefined): Stored =>
  value === undefined || (typeof value === "number" && !Number.isFinite(value)) ? null : value

const same = (stored: Stored, again: Stored, rounding: number): boolean =>
  stored === again ||
  (typeof stored === "number" && typeof again === "number" &&
    Math.abs(stored - again) <= Math.max(rounding, tolerance * Math.max(Math.abs(stored), Math.abs(again))))

/** Counts comparisons: equal to nine digits, or a mismatch. */
export const tally = (): Tally => {
  const mismatches: Array<Mismatch> = []
  const left = new Map<string, Left>()
  let [compared, differing] = [0, 0]
  return {
    compare: (place, stored, value, rounding = 0) => {
      const again = asStored(value)
      compared++
      if (same(stored, again, rounding)) return
      differing++
      if (mismatches.length < told) mismatches.push({ place: place(), stored, again })
    },
    leave: (what, numbers, why) => {
      const key = JSON.stringify([what, why])
      left.set(key, { what, why, numbers: (left.get(key)?.numbers ?? 0) + numbers })
    },
    result: () => ({ compared, differing, mismatches, left: [...left.values()] })
  }
}
