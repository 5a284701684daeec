/** Which rows need more seeds, by the rule of their study and what is known: a function of the results alone. */
import type { Until } from "../declare/Seeds.ts"
import { mean, sd } from "../statistics.ts"
import { studentQuantile } from "../student.ts"

/** The error rate that all looks at a row share. */
const level = 0.05

/** What a rule makes of the differences at one of its looks. */
export const isOpen = ({ difference, looks, width }: Until, differences: ReadonlyArray<number>): boolean => {
  const n = differences.length
  if (n < 2) return true
  const half = studentQuantile(1 - level / looks.length, n - 1) * sd(differences) / Math.sqrt(n)
  if (width !== undefined) return half > width
  const [low, high] = [mean(differences) - half, mean(differences) + half]
  return low <= 0 && high >= 0 && Math.max(-low, high) > difference!
}

/** Values of a row by seed, from 0; undefined where there is none yet, null where it is no finite number. */
export type Values = ReadonlyMap<number, number | null>

/** How many seeds a row needs, and whether that may still change. */
export interface Wanted {
  readonly seeds: number
  readonly open: boolean
}

/**
 * Goes from look to look: a look whose values are not all there yet is what the row needs next; one at which the answer is no
 * longer open, or the last, is where it ends.
 */
export const wantedOf = (rule: Until, row: Values, baseline: Values): Wanted => {
  for (const [i, look] of rule.looks.entries()) {
    const last = i === rule.looks.length - 1
    const differences: Array<number> = []
    for (let seed = 0; seed < look; seed++) {
      const [own, other] = [row.get(seed), baseline.get(seed)]
      if (own === undefined || other === undefined) return { seeds: look, open: !last }
      if (own !== null && other !== null) differences.push(own - other)
    }
    if (last || !isOpen(rule, differences)) return { seeds: look, open: false }
  }
  throw new Error("a rule without looks") // `Seeds.until` makes one at least
}

/** Seeds by row: rows outside of the comparison, such as the baseline, take part in all that any other needs. */
export const wanted = (
  rule: Until,
  baseline: string,
  compared: ReadonlyArray<string>,
  values: ReadonlyMap<string, Values>
): { readonly seeds: (row: string) => number; readonly open: boolean } => {
  const none: Values = new Map()
  const rows = new Map(compared.map((row) => [row, wantedOf(rule, values.get(row) ?? none, values.get(baseline) ?? none)]))
  const most = Math.max(rule.looks[0]!, ...[...rows.values()].map(({ seeds }) => seeds))
  return {
    seeds: (row) => rows.get(row)?.seeds ?? most,
    open: [...rows.values()].some(({ open }) => open)
  }
}
