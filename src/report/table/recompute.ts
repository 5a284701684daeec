/** The numbers of a table computed again from the values of its runs. */
import { student95 } from "../../pipeline/student.ts"
import { estimate, type Estimate } from "../statistics.ts"
import type { Final } from "../../store/index.ts"
import { finite, pairsOf, type Values } from "./pairs.ts"
import type { Source } from "./Table.ts"

interface Tally {
  readonly compare: (place: () => string, stored: number | null, again: number | undefined, rounding?: number) => void
  readonly leave: (what: string, numbers: number, why: string) => void
}

/** The database's table of Student's t: every number of degrees of freedom up to 30, then these, and else the next lower. */
const beyondThirty = [120, 60, 40, 30]

/** Means and spreads near 0 are what is left of larger values, and carry the rounding of those: so large a share of the largest. */
const rounding = 1e-12

const largest = (finals: ReadonlyArray<Final>): number => finals.reduce((most, { value }) => Math.max(most, Math.abs(value ?? 0)), 0)

const interval = ({ n, sd }: Estimate): number => {
  const df = n <= 31 ? n - 1 : beyondThirty.find((some) => some <= n - 1)!
  return n < 2 ? NaN : student95(df) * sd / Math.sqrt(n)
}

/** Values by what was executed, so that what runs share counts once. */
const byExecution = (finals: ReadonlyArray<Final>): Values => new Map(finals.map(({ stage, value }) => [String(stage), value]))

/**
 * Compares the rows of `ablation`, `paired` and `gain` with means, spreads, intervals and paired differences of the values,
 * by this program's own statistics instead of the database's. A row one of whose values is not known is left.
 */
export const compareTable = (source: Source, finals: ReadonlyArray<Final>, { compare, leave }: Tally): void => {
  const of = (variant: string, { name, scope }: { readonly scope: string; readonly name: string }) =>
    finals.filter((one) => one.variant === variant && one.scope === scope && one.name === name)
  const anchor = (role: "baseline" | "reference") => source.variants.find((variant) => variant.role === role)?.name ?? ""
  const check = (what: string, values: Values, most: number, row: { readonly [column: string]: unknown }, mean: "mean" | "delta") => {
    const numbers = ["n", mean, "sd", "ci95"]
    if ([...values.values()].includes(undefined)) return leave(`rows of ${what.split(",")[0]}`, numbers.length, "a run's value could not be computed again")
    const found = estimate(finite(values))
    const again = { n: found.n, [mean]: found.mean, sd: found.sd, ci95: interval(found) }
    for (const column of numbers) {
      compare(() => `${what}, ${column}`, row[column] as number | null, again[column as "n"], column === "n" ? 0 : rounding * most)
    }
  }
  for (const row of source.ablation) {
    const own = of(row.variant, row)
    check(`table, ${row.variant}, ${row.scope}/${row.name}`, byExecution(own), largest(own), { ...row }, "mean")
  }
  for (const [role, rows] of [["baseline", source.paired], ["reference", source.gain]] as const) {
    for (const row of rows) {
      const [own, others] = [of(row.variant, row), of(anchor(role), row)]
      const most = largest([...own, ...others])
      check(`differences to ${anchor(role)}, ${row.variant}, ${row.scope}/${row.name}`, pairsOf(own, others), most, { ...row }, "delta")
    }
  }
}
