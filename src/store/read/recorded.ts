/** What stage executions recorded, whole: completions with their rewards and boxes, metrics, and the sums made of them. */
import { question } from "../Database.ts"

/** A stage at its place in a finished current run; runs may share its execution, `stage`. */
export interface Recorded {
  readonly stage: number
  readonly variant: string
  readonly role: "variant" | "baseline" | "reference"
  readonly seed: number
  readonly label: string
  readonly kind: string
  readonly fingerprint: string
  readonly preimage: string
}

/** The stages of every finished current run of an experiment: in table order, then by seed and place in the run. */
export const recorded = question(({ sqlite }, experiment: string) =>
  sqlite.prepare(`
    SELECT rs.stage, v.name AS variant, v.role, r.seed, rs.label, s.kind, s.fingerprint, s.preimage
    FROM experiment e
    JOIN variant v ON v.experiment = e.id
    JOIN run r ON r.experiment = e.id AND r.variant = v.name AND r.current = 1 AND r.status = 'done'
    JOIN run_stage rs ON rs.run = r.id
    JOIN stage s ON s.id = rs.stage
    WHERE e.name = ? ORDER BY v.ordinal, r.seed, rs.position`).all(experiment) as Array<Recorded>)

/** One step of a stage, or of an evaluation nested in it (`scope`), that has completions. */
export interface Place {
  readonly stage: number
  readonly scope: string
  readonly step: number
}

export const places = question(({ sqlite }, stage: number) =>
  sqlite.prepare("SELECT DISTINCT stage, scope, step FROM completion WHERE stage = ? ORDER BY scope, step").all(stage) as Array<Place>)

export interface RecordedSample {
  readonly id: number
  readonly ordinal: number
  readonly example: string
  readonly prompt: string
  readonly completion: string
  readonly solution: string
  readonly tokenCount: number
  readonly finishReason: "stop" | "length"
  readonly details: string
  readonly rewards: ReadonlyArray<{ readonly part: string; readonly value: number | null; readonly error: string | null }>
  readonly boxes: ReadonlyArray<{ readonly [column: string]: string | number | null }>
}

/** The completions of a place in order, with their rewards and boxes. */
export const recordedSamples = question(({ sqlite }, { scope, stage, step }: Place): ReadonlyArray<RecordedSample> => {
  const here = "SELECT id FROM completion WHERE stage = ? AND scope = ? AND step = ?"
  const ask = (sql: string) => sqlite.prepare(sql).all(stage, scope, step) as Array<{ readonly sample: number }>
  const rewards = Map.groupBy(ask(`SELECT * FROM sample_reward WHERE sample IN (${here}) ORDER BY sample, ordinal`), ({ sample }) => sample)
  const boxes = Map.groupBy(ask(`SELECT * FROM box WHERE sample IN (${here}) ORDER BY sample, ordinal`), ({ sample }) => sample)
  const rows = sqlite.prepare(`
    SELECT id, ordinal, example, prompt, completion, solution, token_count AS tokenCount, finish_reason AS finishReason, details
    FROM sample WHERE stage = ? AND scope = ? AND step = ? ORDER BY ordinal`)
    .all(stage, scope, step) as Array<Omit<RecordedSample, "rewards" | "boxes">>
  return rows.map((row) => ({
    ...row,
    rewards: (rewards.get(row.id) ?? []) as unknown as RecordedSample["rewards"],
    boxes: (boxes.get(row.id) ?? []) as unknown as RecordedSample["boxes"]
  }))
})

/** Every metric of a stage at every step, and the last value of each, which tables are made of. */
export const recordedMetrics = question(({ sqlite }, stage: number) => ({
  steps: sqlite.prepare(`
    SELECT k.scope, k.name, m.step, m.value FROM metric m JOIN metric_key k ON k.id = m.key
    WHERE m.stage = ? ORDER BY m.step, k.scope, k.name`).all(stage) as Array<RecordedMetric>,
  last: sqlite.prepare(`
    SELECT k.scope, k.name, l.step, l.value FROM last_value l JOIN metric_key k ON k.id = l.key
    WHERE l.stage = ? ORDER BY k.scope, k.name`).all(stage) as Array<RecordedMetric>
}))

export interface RecordedMetric {
  readonly scope: string
  readonly name: string
  readonly step: number
  readonly value: number | null
}

/** The sums that the views `reward_part` and `token_statistics` read. */
export const recordedSums = question(({ sqlite }, stage: number) => ({
  rewards: sqlite.prepare("SELECT scope, step, part, n, mean, errors FROM step_reward WHERE stage = ? ORDER BY scope, step, part")
    .all(stage) as Array<Omit<Place, "stage"> & { readonly part: string; readonly n: number; readonly mean: number | null; readonly errors: number }>,
  tokens: sqlite.prepare("SELECT scope, n, min, max, total, n_3000 AS long FROM stage_tokens WHERE stage = ? ORDER BY scope")
    .all(stage) as Array<{
      readonly scope: string
      readonly n: number
      readonly min: number | null
      readonly max: number | null
      readonly total: number
      readonly long: number
    }>
}))

/**
 * The last value of a metric of a finished run, as tables read it; undefined where it cannot be computed again. `stage`: the
 * execution it is of.
 */
export interface Final {
  readonly variant: string
  readonly role: "variant" | "baseline" | "reference"
  readonly seed: number
  readonly scope: string
  readonly name: string
  readonly stage: number
  readonly value: number | null | undefined
}

/** The last values of every finished current run of an experiment. */
export const finals = question(({ sqlite }, experiment: string) =>
  sqlite.prepare("SELECT variant, role, seed, scope, name, stage, value FROM final_value WHERE experiment = ?")
    .all(experiment) as Array<Final>)
