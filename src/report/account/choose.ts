/** Which rows and which examples a report shows answers of: by rules that it says, so that nobody picks what looks good. */
import type { Table } from "../table/Table.ts"
import { compared } from "../figures/pictures.ts"

/** The rows: the reference or else the baseline, the best and the worst of the others by the first metric. */
export const rowsOf = (table: Table): ReadonlyArray<string> => {
  const [first, best] = compared(table)
  const sign = table.columns[0]?.better === "lower" ? -1 : 1
  const others = table.rows.filter(({ cells, role, variant }) =>
    role !== "reference" && variant !== first && variant !== best && cells[0]?.measured !== undefined)
  const worst = others.toSorted((a, b) => sign * (a.cells[0]!.measured!.mean - b.cells[0]!.measured!.mean))[0]
  return [first, best, worst?.variant].filter((name) => name !== undefined)
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

const total = ({ rewards }: Judged): number => rewards.reduce((sum, { value }) => sum + (value ?? 0), 0)

/** Examples that all rows answered: some evenly spread over all, then those in which the second row gained and lost most over the first. */
export const examplesOf = (rows: ReadonlyArray<ReadonlyArray<Judged>>): ReadonlyArray<Chosen> => {
  const byPlace = rows.map((samples) => new Map(samples.map((sample) => [sample.ordinal, sample])))
  const shared = (rows[0] ?? []).toSorted((a, b) => a.ordinal - b.ordinal)
    .filter(({ example, ordinal }) => byPlace.every((samples) => samples.get(ordinal)?.example === example))
  const every = Math.max(1, Math.floor(shared.length / spreadOut))
  const spread = shared.filter((_, i) => i % every === 0).slice(0, spreadOut)
    .map(({ ordinal }) => ({ ordinal, chosen: "one of those evenly spread over all" }))
  const taken = new Set(spread.map(({ ordinal }) => ordinal))
  const gains = byPlace.length < 2 ? [] : shared
    .map(({ ordinal }) => ({ ordinal, gain: total(byPlace[1]!.get(ordinal)!) - total(byPlace[0]!.get(ordinal)!) }))
    .filter(({ gain, ordinal }) => gain !== 0 && !taken.has(ordinal))
    .toSorted((a, b) => b.gain - a.gain)
  const most = gains.filter(({ gain }) => gain > 0).slice(0, changed)
  const least = gains.filter(({ gain }) => gain < 0).toReversed().slice(0, changed)
  return [
    ...spread,
    ...most.map(({ ordinal }) => ({ ordinal, chosen: "one of those in which the best row gained most" })),
    ...least.map(({ ordinal }) => ({ ordinal, chosen: "one of those in which the best row lost most" }))
  ]
}
