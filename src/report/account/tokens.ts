/** How long answers were, over the seeds of each row. */

/** A row of the view `token_statistics`. Lengths are in tokens, of completions below 3000. */
export interface TokenRow {
  readonly variant: string
  readonly seed: number
  readonly stage: string
  readonly scope: string
  /** Number of the stage execution. */
  readonly execution: number
  readonly n: number
  readonly min: number | null
  readonly max: number | null
  readonly mean: number | null
  readonly n3000: number
}

export interface Tokens {
  readonly variant: string
  readonly stage: string
  readonly n: number
  readonly min: number | null
  readonly max: number | null
  readonly mean: number | null
  readonly long: number
}

const extreme = (values: ReadonlyArray<number | null>, of: (...values: ReadonlyArray<number>) => number): number | null => {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : of(...known)
}

/** By row and stage, in the order in which they come; means are over all completions together. What several seeds share counts once. */
export const tokensOf = (rows: ReadonlyArray<TokenRow>): ReadonlyArray<Tokens> =>
  [...Map.groupBy(rows, ({ scope, stage, variant }) => JSON.stringify([variant, scope === "" ? stage : `${stage}/${scope}`]))]
    .map(([key, all]) => {
      const group = [...new Map(all.map((row) => [row.execution, row])).values()]
      const [variant, stage] = JSON.parse(key) as [string, string]
      const n = group.reduce((sum, row) => sum + row.n, 0)
      return {
        variant,
        stage,
        n,
        min: extreme(group.map((row) => row.min), Math.min),
        max: extreme(group.map((row) => row.max), Math.max),
        mean: n === 0 ? null : group.reduce((sum, row) => sum + row.n * (row.mean ?? 0), 0) / n,
        long: group.reduce((sum, row) => sum + row.n3000, 0)
      }
    })
