/** Where the completions of an experiment are: the executions that its current runs lead to, their scopes and steps. */
import { type Handle, question } from "../../Database.ts"

/** Which stages of an experiment's current runs are meant; what is left out is not asked for. */
export interface Where {
  readonly experiment: string
  readonly run?: number | undefined
  readonly variant?: string | undefined
  readonly seed?: number | undefined
  /** A stage by its label in the run. */
  readonly stage?: string | undefined
}

/** A stage at its place in a current run; runs may share its execution. */
export interface StagePlace {
  readonly execution: number
  readonly run: number
  readonly variant: string
  /** Place of the variant in the table. */
  readonly ordinal: number
  readonly role: "variant" | "baseline" | "reference"
  readonly seed: number
  readonly position: number
  readonly label: string
  readonly kind: string
}

/** In table order, then by seed and place in the run. */
export const stagesOf = (handle: Handle, { experiment, run, seed, stage, variant }: Where): ReadonlyArray<StagePlace> =>
  handle.sqlite.prepare(`
    SELECT rs.stage AS execution, r.id AS run, v.name AS variant, v.ordinal, v.role, r.seed, rs.position, rs.label, s.kind
    FROM experiment e
    CROSS JOIN variant v ON v.experiment = e.id AND v.name = coalesce(?, v.name)
    CROSS JOIN run r ON r.experiment = e.id AND r.variant = v.name AND r.current = 1
      AND r.id = coalesce(?, r.id) AND r.seed = coalesce(?, r.seed)
    CROSS JOIN run_stage rs ON rs.run = r.id AND rs.label = coalesce(?, rs.label)
    CROSS JOIN stage s ON s.id = rs.stage
    WHERE e.name = ? ORDER BY v.ordinal, r.seed, rs.position`)
    .all(variant ?? null, run ?? null, seed ?? null, stage ?? null, experiment) as Array<StagePlace>

export const stagesIn = question(stagesOf)

/** The completions of an execution in one scope: how many, from which step to which. */
export interface Extent {
  readonly execution: number
  readonly scope: string
  readonly first: number
  readonly last: number
  readonly completions: number
  /** Parts of the reward that the last step was judged by. */
  readonly parts: ReadonlyArray<string>
}

/** Labels are looked for among so many completions: a list to choose from need not be whole. */
const labelled = 2000

/** The executions of stages, each once, in their order: JSON, as statements take a list. */
export const executionsOf = (stages: ReadonlyArray<StagePlace>): string => JSON.stringify([...new Set(stages.map(({ execution }) => execution))])

/** A number as text that sorts as numbers do: how many digits come first. */
const sortable = (value: number): string => {
  const digits = String(value)
  return `${digits.length.toString(36)}${digits}`
}

/**
 * The same, each by what it is sorted by in table order: JSON of an object. It stays what it is while other runs come to executions, so
 * that a page can go on from it.
 */
export const executionsByPlace = (stages: ReadonlyArray<StagePlace>): string => {
  const first = new Map(stages.toReversed().map((stage) => [stage.execution, stage]))
  return JSON.stringify(Object.fromEntries([...first.values()].map(({ execution, ordinal, position, seed }) =>
    [`@${[ordinal, seed, position, execution].map(sortable).join("")}`, execution])))
}

/** From the index alone, which is asked for the ends and not gone through but to count. */
const extentsOf = ({ sqlite }: Handle, executions: string): ReadonlyArray<Extent> => {
  const parts = sqlite.prepare("SELECT part FROM step_reward WHERE stage = ? AND scope = ? AND step = ? ORDER BY part").pluck()
  const rows = sqlite.prepare(`
    WITH RECURSIVE at (execution, scope) AS (
      SELECT value, (SELECT min(scope) FROM completion WHERE stage = value) FROM json_each(?)
      UNION ALL
      SELECT execution, (SELECT min(c.scope) FROM completion c WHERE c.stage = execution AND c.scope > at.scope) FROM at
      WHERE at.scope IS NOT NULL
    )
    SELECT execution, scope,
      (SELECT min(step) FROM completion c WHERE c.stage = execution AND c.scope = at.scope) AS first,
      (SELECT max(step) FROM completion c WHERE c.stage = execution AND c.scope = at.scope) AS last,
      (SELECT count(*) FROM completion c WHERE c.stage = execution AND c.scope = at.scope) AS completions
    FROM at WHERE scope IS NOT NULL ORDER BY execution, scope`).all(executions) as Array<Omit<Extent, "parts">>
  return rows.map((row) => ({ ...row, parts: parts.all(row.execution, row.scope, row.last) as Array<string> }))
}

const labelsOf = ({ sqlite }: Handle, executions: string): ReadonlyArray<string> =>
  sqlite.prepare(`
    SELECT DISTINCT b.label FROM (
      SELECT id FROM completion WHERE stage IN (SELECT value FROM json_each(?)) LIMIT ${labelled}
    ) c JOIN box b ON b.sample = c.id ORDER BY 1`).pluck().all(executions) as Array<string>

/**
 * What the completions of an experiment can be chosen by. Of its stages only those that have completions; of labels those of its first
 * completions.
 */
export const samplePlaces = question((handle, experiment: string) => {
  const all = stagesOf(handle, { experiment })
  const executions = executionsOf(all)
  const extents = extentsOf(handle, executions)
  const used = new Set(extents.map(({ execution }) => execution))
  return {
    stages: all.filter(({ execution }) => used.has(execution)),
    extents,
    labels: labelsOf(handle, executions)
  }
})
