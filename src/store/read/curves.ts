/** What was recorded over steps: metrics, and parts of the reward, one stage of a run at a time. */
import { type Handle, question } from "../Database.ts"

/** What a curve is of: a metric, or the mean of a part of the reward, by its whole name such as "loop/reward". */
export interface CurveName {
  readonly kind: "metric" | "part"
  readonly name: string
}

/** Something that some run recorded at more than one step. */
export interface CurveKind extends CurveName {
  readonly unit: string
  readonly better: "higher" | "lower" | "neither"
  readonly lastStep: number
}

/** A curve of one stage of a current run. Runs may share the execution, `stage`. */
export interface CurveLine {
  readonly experiment: string
  readonly variant: string
  readonly ordinal: number
  /** Label on each axis, as JSON. */
  readonly cell: string
  readonly run: number
  readonly seed: number
  readonly stage: number
  /** What tells the execution from every other one once it is done, when its points no longer change; else null. */
  readonly done: string | null
  readonly lastStep: number
  /** Where its points lie: the metric's key, or else scope and part of the reward. */
  readonly key: number | null
  readonly scope: string
  readonly part: string
}

/** A step and its value; null where that is not finite. */
export type CurvePoint = readonly [step: number, value: number | null]

interface StageOf {
  readonly experiment: string
  readonly variant: string
  readonly ordinal: number
  readonly cell: string
  readonly run: number
  readonly seed: number
  readonly stage: number
  readonly label: string
  readonly done: string | null
}

const currentStages = `
  FROM json_each(?) asked
  CROSS JOIN experiment e ON e.name = asked.value
  CROSS JOIN variant v ON v.experiment = e.id
  CROSS JOIN run r ON r.experiment = e.id AND r.variant = v.name AND r.current = 1
  CROSS JOIN run_stage rs ON rs.run = r.id
  JOIN stage s ON s.id = rs.stage`

const stageColumns =
  `e.name AS experiment, v.name AS variant, v.ordinal, v.cell, r.id AS run, r.seed, rs.stage, rs.label,
    CASE s.status WHEN 'done' THEN s.fingerprint || ' ' || s.started_at || ' ' || s.ended_at END AS done`

const inTableOrder = "ORDER BY asked.key, v.ordinal, r.seed, rs.position"

/** The parts of the reward that a stage recorded at the last step of each scope: a few look-ups, however many steps there are. */
const partsOf = ({ sqlite }: Handle) => {
  const scopeFrom = (relation: ">=" | ">") =>
    sqlite.prepare(`SELECT scope FROM step_reward WHERE stage = ? AND scope ${relation} ? ORDER BY scope LIMIT 1`).pluck()
  const [first, next] = [scopeFrom(">="), scopeFrom(">")]
  const latest = sqlite.prepare(`
    SELECT scope, part, step FROM step_reward WHERE stage = :stage AND scope = :scope
      AND step = (SELECT max(step) FROM step_reward WHERE stage = :stage AND scope = :scope)`)
  return (stage: number) => {
    const found: Array<{ readonly scope: string; readonly part: string; readonly step: number }> = []
    let scope = first.get(stage, "") as string | undefined
    while (scope !== undefined) {
      found.push(...latest.all({ stage, scope }) as typeof found)
      scope = next.get(stage, scope) as string | undefined
    }
    return found
  }
}

const partLines = (handle: Handle, experiments: ReadonlyArray<string>) => {
  const parts = partsOf(handle)
  const stages = handle.sqlite.prepare(`SELECT ${stageColumns} ${currentStages} ${inTableOrder}`)
    .all(JSON.stringify(experiments)) as Array<StageOf>
  const known = new Map<number, ReturnType<typeof parts>>()
  return stages.flatMap((place) => {
    const found = known.get(place.stage) ?? parts(place.stage)
    known.set(place.stage, found)
    return found.filter(({ step }) => step > 0).map(({ part, scope, step }) => ({
      ...place,
      name: `${scope === "" ? place.label : scope}/${part}`,
      key: null,
      scope,
      part,
      lastStep: step
    }))
  })
}

const metricName = "CASE k.scope WHEN '' THEN rs.label ELSE k.scope END || '/' || k.name"

/** All that runs of these experiments recorded at more than one step, metrics first. */
export const curveKinds = question((handle, experiments: ReadonlyArray<string>): ReadonlyArray<CurveKind> => {
  const metrics = handle.sqlite.prepare(`
    SELECT 'metric' AS kind, ${metricName} AS name, k.unit, k.better, max(l.step) AS lastStep
    ${currentStages} CROSS JOIN last_value l ON l.stage = rs.stage AND l.step > 0 JOIN metric_key k ON k.id = l.key
    GROUP BY ${metricName} ORDER BY min(rs.position), name`).all(JSON.stringify(experiments)) as Array<CurveKind>
  const parts = Map.groupBy(partLines(handle, experiments), ({ name }) => name)
  return [
    ...metrics,
    ...[...parts].map(([name, lines]): CurveKind => ({
      kind: "part",
      name,
      unit: "",
      better: "higher",
      lastStep: Math.max(...lines.map(({ lastStep }) => lastStep))
    }))
  ]
})

/** The curves of one name in these experiments, in the order asked for, then in table order and by seed. */
export const curveLines = question((handle, experiments: ReadonlyArray<string>, { kind, name }: CurveName): ReadonlyArray<CurveLine> =>
  kind === "part"
    ? partLines(handle, experiments).filter((line) => line.name === name)
    : handle.sqlite.prepare(`
      SELECT ${stageColumns}, l.step AS lastStep, l.key, '' AS scope, '' AS part
      ${currentStages} CROSS JOIN last_value l ON l.stage = rs.stage AND l.step > 0 JOIN metric_key k ON k.id = l.key
      WHERE ${metricName} = ? ${inTableOrder}`).all(JSON.stringify(experiments), name) as Array<CurveLine>)

/** Points that are read at once: some ten milliseconds, after which others have their turn. */
const atOnce = 20_000

/** The points of a curve after a step, in order, at most 20,000 of them. */
export const curvePoints = question(({ sqlite }, line: CurveLine, after: number): ReadonlyArray<CurvePoint> =>
  (line.key === null
    ? sqlite.prepare(`
      SELECT step, mean FROM step_reward WHERE stage = ? AND scope = ? AND step > ? AND part = ?
      ORDER BY step LIMIT ${atOnce}`).raw().all(line.stage, line.scope, after, line.part)
    : sqlite.prepare(`
      SELECT step, value FROM metric WHERE stage = ? AND key = ? AND step > ?
      ORDER BY step LIMIT ${atOnce}`).raw().all(line.stage, line.key, after)) as Array<CurvePoint>)
