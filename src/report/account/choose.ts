/** Which rows and which examples a report shows answers of: by rules that it says, so that nobody picks what looks good. */
import type { Table } from "../table/Table.ts"
import { best as bestOf } from "../figures/pictures.ts"

/** A row and what it is: the reference or else the baseline, or the best or the worst of the others by the first metric. */
export interface Picked {
  readonly is: "first" | "best" | "worst"
  readonly variant: string
}

/** The rows, in that order; a study without baseline and reference has no first. */
export const rowsOf = (table: Table): ReadonlyArray<Picked> => {
  const first = table.reference ?? table.baseline
  const best = bestOf(table, first)?.variant
  const sign = table.columns[0]?.better === "lower" ? -1 : 1
  const others = table.rows.filter(({ cells, role, variant }) =>
    role !== "reference" && variant !== first && variant !== best && cells[0]?.measured !== undefined)
  const worst = others.toSorted((a, b) => sign * (a.cells[0]!.measured!.mean - b.cells[0]!.measured!.mean))[0]
  return ([["first", first], ["best", best], ["worst", worst?.variant]] as const)
    .flatMap(([is, variant]) => variant === undefined ? [] : [{ is, variant }])
}

interface Judged {
  readonly ordinal: number
  readonly example: string
  readonly rewards: ReadonlyArray<{ readonly value: number | null }>
}

export interface Chosen {
  readonly ordinal: number
  readonly chosen: string
}

/** How many of each kind. */
const [spreadOut, changed] = [4, 2] as const

const spreadEvenly = "one of those evenly spread over all"

/** By what examples were chosen that are not merely spread, for a reader: weights are a study's own, and held-out answers need have none. */
export const measureOf = (examples: ReadonlyArray<Pick<Chosen, "chosen">>): string | undefined =>
  examples.every(({ chosen }) => chosen === spreadEvenly)
    ? undefined
    : "Gained, lost and earned is by the plain sum of all parts of the reward, where what is not a number counts 0."

const total = ({ rewards }: Judged): number => rewards.reduce((sum, { value }) => sum + (value ?? 0), 0)

/** What two rows are told apart by: what one earned over the other. */
const comparisons = [
  { one: "best", other: "first", most: "the best row gained most over the first", least: "the best row lost most over the first" },
  { one: "best", other: "worst", most: "the best row earned most over the worst", least: "the best row earned least beside the worst" }
] as const

/**
 * Examples that all rows answered: some evenly spread over all, then those in which the best row gained and lost most over the first.
 * Where there is no first, or nothing of it, the best is held against the worst.
 */
export const examplesOf = (rows: ReadonlyArray<{ readonly is: Picked["is"]; readonly samples: ReadonlyArray<Judged> }>): ReadonlyArray<Chosen> => {
  const byPlace = new Map(rows.map(({ is, samples }) => [is, new Map(samples.map((sample) => [sample.ordinal, sample]))]))
  const shared = (rows[0]?.samples ?? []).toSorted((a, b) => a.ordinal - b.ordinal)
    .filter(({ example, ordinal }) => [...byPlace.values()].every((samples) => samples.get(ordinal)?.example === example))
  const every = Math.max(1, Math.floor(shared.length / spreadOut))
  const spread = shared.filter((_, i) => i % every === 0).slice(0, spreadOut)
    .map(({ ordinal }) => ({ ordinal, chosen: spreadEvenly }))
  const held = comparisons.find(({ one, other }) => byPlace.has(one) && byPlace.has(other))
  if (held === undefined) return spread
  const taken = new Set(spread.map(({ ordinal }) => ordinal))
  const earned = (is: Picked["is"], ordinal: number) => total(byPlace.get(is)!.get(ordinal)!)
  const gains = shared
    .map(({ ordinal }) => ({ ordinal, gain: earned(held.one, ordinal) - earned(held.other, ordinal) }))
    .filter(({ gain, ordinal }) => gain !== 0 && !taken.has(ordinal))
    .toSorted((a, b) => b.gain - a.gain)
  const most = gains.filter(({ gain }) => gain > 0).slice(0, changed)
  const least = gains.filter(({ gain }) => gain < 0).toReversed().slice(0, changed)
  return [
    ...spread,
    ...most.map(({ ordinal }) => ({ ordinal, chosen: `one of those in which ${held.most}` })),
    ...least.map(({ ordinal }) => ({ ordinal, chosen: `one of those in which ${held.least}` }))
  ]
}
