/** How often rewards failed on completions, by execution: what several runs share counts once. */

/** A row of the view `reward_part`, with what it is an execution of. */
export interface PartRow {
  readonly stage: string
  readonly scope: string
  readonly step: number
  readonly part: string
  readonly mean: number | null
  readonly errors: number
  /** Number of the stage execution. */
  readonly execution: number
}

/** That no reward failed, or how often, in a sentence. */
export const failuresOf = (parts: ReadonlyArray<PartRow>): string => {
  const once = new Map(parts.map((row) => [JSON.stringify([row.execution, row.scope, row.step, row.part]), row.errors]))
  const errors = [...once.values()].reduce((sum, one) => sum + one, 0)
  return errors === 0
    ? "No reward failed on any completion."
    : `Rewards failed on completions ${errors} ${errors === 1 ? "time" : "times"}, counted by part; each then scored its documented fallback.`
}
