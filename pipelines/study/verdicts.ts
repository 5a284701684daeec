/** What measured differences say to findings. */
import { fewest } from "../../src/report/statistics.ts"
import { corrected, type Table } from "../../src/workspace.ts"
import type { Comparison } from "./claims.ts"

type Difference = Table.Difference

/** By the bare 95 % interval of the paired difference; `apart` and `together` are for what was found alike. */
export type Verdict = "same" | "opposite" | "apart" | "together" | "undecided" | "unmeasured"

/** Only an interval of `fewest` pairs or more that leaves zero out decides anything, and none proves that two are alike. */
export const verdictOf = (claim: Comparison["claim"], difference: Difference | undefined): Verdict => {
  if (difference === undefined) return "unmeasured"
  if (difference.n < fewest) return "undecided"
  if (claim === "alike") return difference.bare ? "apart" : "together"
  if (!difference.bare) return "undecided"
  return difference.delta > 0 ? "same" : "opposite"
}

/** A finding with the difference of its two places, corrected for how many there are, and the verdict. */
export interface Judged {
  readonly finding: Comparison
  readonly difference: Difference | undefined
  readonly verdict: Verdict
}

/** `differenceOf` measures; the correction is over all of them together. */
export const judge = (
  comparisons: ReadonlyArray<Comparison>,
  differenceOf: (finding: Comparison) => Difference | undefined
): ReadonlyArray<Judged> => {
  const measured = comparisons.map((finding) => ({ finding, difference: differenceOf(finding) }))
  const left = corrected(measured.flatMap(({ difference }) => difference ?? []))
  return measured.map(({ difference, finding }) => ({
    finding,
    difference: difference === undefined ? undefined : left.get(difference) ?? difference,
    verdict: verdictOf(finding.claim, difference)
  }))
}
