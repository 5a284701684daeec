/** Steps: metrics, samples and checkpoints of a stage, as rows. */
import { isCounted } from "../../pipeline/run/counted.ts"
import type { ScopedSample, StepRecord, TableRow } from "../../pipeline/run/Records.ts"
import type { Statements } from "./statements.ts"

/** SQL has no NaN, and an infinity would poison every average. */
const finite = (value: number): number | null => Number.isFinite(value) ? value : null

const plain = (value: TableRow[string]): string | number | null => typeof value === "number" ? finite(value) : value

/** Completions of this many tokens are counted apart, as in the published study. */
const long = 3000

const writeTables = (statements: Statements, sample: number, tables: ScopedSample["tables"]): void => {
  for (const [table, rows] of Object.entries(tables ?? {})) {
    rows.forEach((row, i) => {
      const columns = Object.keys(row)
      statements.tableRow(table, columns).run(sample, i, ...columns.map((column) => plain(row[column]!)))
    })
  }
}

const writeSamples = (statements: Statements, stage: number, step: number, samples: ReadonlyArray<ScopedSample>): void => {
  const texts = new Map<string, number>()
  const textId = (text: string): number => {
    const id = texts.get(text) ?? statements.textId(text)
    texts.set(text, id)
    return id
  }
  for (const row of samples) {
    const id = statements.completion.get(
      stage,
      row.scope,
      step,
      row.ordinal,
      row.example,
      textId(row.prompt),
      row.completion,
      textId(row.solution),
      textId(JSON.stringify(row.details)),
      row.tokenCount,
      row.finishReason
    ) as number
    row.rewards.forEach((reward, i) => {
      statements.reward.run(id, i, reward.part, finite(reward.value), reward.error ?? null)
    })
    writeTables(statements, id, row.tables)
  }
}

const sumUp = (statements: Statements, stage: number, step: number, samples: ReadonlyArray<ScopedSample>): void => {
  for (const [scope, all] of Map.groupBy(samples, (sample) => sample.scope)) {
    statements.sumRewards.run(stage, scope, step)
    const counts = all.filter(isCounted).map(({ tokenCount }) => tokenCount)
    if (counts.length === 0) continue
    const short = counts.filter((count) => count < long)
    const least = short.reduce((a, b) => Math.min(a, b), Infinity)
    const most = short.reduce((a, b) => Math.max(a, b), -Infinity)
    const total = short.reduce((sum, count) => sum + count, 0)
    statements.sumTokens.run(stage, scope, short.length, finite(least), finite(most), total, counts.length - short.length)
  }
}

/** Metrics of steps in the order of the table, so that rows of many steps that come to lie side by side are written so. */
const writeMetrics = (statements: Statements, stage: number, steps: ReadonlyArray<StepRecord>): void => {
  const curves = new Map<number, Map<number, number>>()
  for (const { metrics, step } of steps) {
    for (const { name, scope, value } of metrics) {
      const key = statements.metricKeys.of(stage, scope, name)
      const curve = curves.get(key) ?? new Map<number, number>()
      curves.set(key, curve.set(step, value))
    }
  }
  for (const [key, curve] of [...curves].sort(([a], [b]) => a - b)) {
    let last = -1
    for (const [step, value] of curve) {
      statements.metric.run(stage, key, step, finite(value))
      last = Math.max(last, step)
    }
    statements.lastValue.run(stage, key, last, finite(curve.get(last)!))
  }
}

/**
 * Writes the records of steps, inside the caller's transaction. Of a metric recorded twice in a step the last value counts.
 *
 * Throws when a step is already there: a resumed stage rewinds first.
 */
export const writeSteps = (statements: Statements, stage: number, steps: ReadonlyArray<StepRecord>, now: string): void => {
  writeMetrics(statements, stage, steps)
  for (const { best, checkpoint, samples, step } of steps) {
    writeSamples(statements, stage, step, samples)
    sumUp(statements, stage, step, samples)
    if (checkpoint !== undefined) statements.checkpoint.run(stage, step, checkpoint.hash, now)
    if (best !== undefined) statements.best.run(stage, step, best.value, best.artifact.hash)
  }
}
