/** Which runs are held against which, and what is said of those that are not. */
import type { Bootstrapped } from "../../report/bootstrap.ts"
import type { Answers } from "../../workspace/index.ts"

type Run = Pick<Answers, "examples" | "role" | "seed" | "variant">

/** A run that is held against none. */
export interface Left {
  readonly variant: string
  readonly seed: number
  readonly why: string
}

const sameExamples = (one: Run, other: Run): boolean =>
  one.examples.length === other.examples.length && one.examples.every((example, i) => example === other.examples[i])

/** Runs with the run that each is compared with: the baseline's of its seed, or the reference's in a study without one. */
export const pairing = <A extends Run>(all: ReadonlyArray<A>): { readonly pairs: ReadonlyArray<readonly [A, A]>; readonly left: ReadonlyArray<Left> } => {
  const anchor = all.find(({ role }) => role === "baseline") ?? all.find(({ role }) => role === "reference")
  const others = all.filter(({ variant }) => variant === anchor?.variant)
  const pairs: Array<readonly [A, A]> = []
  const left: Array<Left> = []
  for (const one of all) {
    const { seed, variant } = one
    if (anchor === undefined || variant === anchor.variant) continue
    const other = others.find((run) => run.seed === seed)
    if (other === undefined) left.push({ variant, seed, why: `${anchor.variant} has no finished run of this seed` })
    else if (sameExamples(one, other)) pairs.push([one, other])
    else left.push({ variant, seed, why: `${anchor.variant} answered other questions` })
  }
  return { pairs, left }
}

type Row = Pick<Left, "seed" | "variant"> & Pick<Bootstrapped, "resamples">

/** What the grid does not show: runs that are left out, and intervals of fewer resamples than were asked for. */
export const notes = (left: ReadonlyArray<Left>, rows: ReadonlyArray<Row>, asked: number): ReadonlyArray<string> => {
  const fewer = rows.filter(({ resamples }) => resamples < asked)
  return [
    ...(left.length === 0 ? [] : ["Left out:", ...left.map(({ seed, variant, why }) => `  ${variant}, seed ${seed}: ${why}`)]),
    ...(fewer.length === 0 ? [] : ["Resamples in which there was something to measure:"]),
    ...fewer.map(({ resamples, seed, variant }) => `  ${variant}, seed ${seed}: ${resamples} of ${asked}`)
  ]
}
