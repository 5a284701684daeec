/** Metrics as rows: by their scope, their name and how they were declared. */
import type { Database } from "better-sqlite3"
import type { Declared } from "../../pipeline/declare/Metric.ts"

export interface MetricKeys {
  /** Notes what a stage execution may record. Inside the caller's transaction. */
  readonly declare: (stage: number, metrics: ReadonlyArray<Declared>) => void
  /** The row of a metric of the stage; one that was not declared is kept without unit and direction. */
  readonly of: (stage: number, scope: string, name: string) => number
}

export const metricKeys = (db: Database): MetricKeys => {
  const key = db.prepare(`
    INSERT INTO metric_key (scope, name, unit, better, counts) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET name = excluded.name RETURNING id`).pluck()
  const declared = new Map<number, ReadonlyMap<string, Declared>>()
  const placeOf = (scope: string, name: string) => JSON.stringify([scope, name])
  return {
    declare: (stage, metrics) => {
      declared.set(stage, new Map(metrics.map((metric) => [placeOf(metric.scope, metric.name), metric])))
    },
    of: (stage, scope, name) => {
      const found = declared.get(stage)?.get(placeOf(scope, name))
      return Number(key.get(scope, name, found?.unit ?? "", found?.better ?? "neither", found?.of ?? ""))
    }
  }
}
