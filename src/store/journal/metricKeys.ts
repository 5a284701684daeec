/** Metrics as rows: by their scope, their name and how they were declared. */
import type { Database } from "better-sqlite3"
import type { Declared } from "../../pipeline/declare/Metric.ts"

export interface MetricKeys {
  /** Notes what a stage execution may record. Inside the caller's transaction. */
  readonly declare: (stage: number, metrics: ReadonlyArray<Declared>) => void
  /** The row of a metric of the stage; one that was not declared is kept without unit and direction. */
  readonly of: (stage: number, scope: string, name: string) => number
  /** The stage will record no more. */
  readonly forget: (stage: number) => void
  /** A transaction was taken back, and maybe rows that were new in it. */
  readonly takenBack: () => void
}

/** A metric of a stage, as it was declared, and the number of its row once that is known. */
interface Known {
  readonly declared: Declared | undefined
  row?: number
}

export const metricKeys = (db: Database): MetricKeys => {
  const key = db.prepare(`
    INSERT INTO metric_key (scope, name, unit, better, counts) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET name = excluded.name RETURNING id`).pluck()
  const stages = new Map<number, Map<string, Known>>()
  const placeOf = (scope: string, name: string) => `${scope.length} ${scope}${name}`
  const knownOf = (stage: number): Map<string, Known> => {
    const known = stages.get(stage) ?? new Map<string, Known>()
    stages.set(stage, known)
    return known
  }
  return {
    declare: (stage, metrics) => {
      stages.set(stage, new Map(metrics.map((metric) => [placeOf(metric.scope, metric.name), { declared: metric }])))
    },
    of: (stage, scope, name) => {
      const [known, place] = [knownOf(stage), placeOf(scope, name)]
      const found = known.get(place) ?? { declared: undefined }
      known.set(place, found)
      const { better = "neither", of = "", unit = "" } = found.declared ?? {}
      return found.row ??= Number(key.get(scope, name, unit, better, of))
    },
    forget: (stage) => void stages.delete(stage),
    takenBack: () => {
      for (const known of stages.values()) for (const metric of known.values()) delete metric.row
    }
  }
}
