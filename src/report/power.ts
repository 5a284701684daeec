/** How many seeds a difference needs, from the spread of the paired differences that were seen. */
import type { Metric } from "../pipeline/declare/Metric.ts"
import { detectable, pairsNeeded, vary } from "./comparisons.ts"
import { fewest } from "./statistics.ts"
import type { Source } from "./table/Table.ts"

/** One comparison of the experiment. What needs two pairs that differ by unlike amounts is null without them. */
export interface Power {
  readonly variant: string
  /** The row that it is compared with. */
  readonly to: string
  /** Pairs that were seen. */
  readonly n: number
  /** Standard deviation of their differences. */
  readonly sd: number | null
  /** The smallest difference that they could have shown. */
  readonly detectable: number | null
  /** Seeds by which the wanted difference would be found; null also where no number of seeds anybody runs would do. */
  readonly seeds: number | null
}

/** Comparisons with the baseline, or with the reference in a study without one, for a metric and a difference in its unit. */
export const power = (
  source: Source,
  { name, scope }: Pick<Metric, "name"> & { readonly scope: string },
  difference: number
): ReadonlyArray<Power> => {
  const baseline = source.variants.find(({ role }) => role === "baseline")?.name
  const reference = source.variants.find(({ role }) => role === "reference")?.name
  const [to, rows] = baseline === undefined ? [reference ?? "", source.gain] : [baseline, source.paired]
  const roles = new Map(source.variants.map((variant) => [variant.name, variant.role]))
  return rows
    .filter((row) => row.name === name && row.scope === scope && roles.get(row.variant) !== "reference")
    .map(({ delta, n, sd, variant }) =>
      sd === null || delta === null || !vary({ delta, sd })
        ? { variant, to, n, sd, detectable: null, seeds: null }
        : { variant, to, n, sd, detectable: detectable({ n, sd }), seeds: pairsNeeded(sd, difference, fewest) ?? null }
    )
}
