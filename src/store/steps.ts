import type { SampleRecord, StepRecord } from "../pipeline/run/Records.ts"
import type { Statements } from "./statements.ts"

/** SQL has no NaN, and an infinity would poison every average. */
const finite = (value: number): number | null => Number.isFinite(value) ? value : null

const writeSample = (statements: Statements, stage: number, step: number, row: SampleRecord): void => {
  const id = statements.sample.get(
    stage,
    step,
    row.ordinal,
    row.example,
    row.prompt,
    row.completion,
    row.solution,
    row.tokenCount,
    row.finishReason,
    row.image,
    row.width,
    row.height,
    row.inputWidth,
    row.inputHeight
  )
  row.rewards.forEach((reward, i) => {
    statements.reward.run(id, i, reward.part, finite(reward.value), reward.error ?? null)
  })
  row.boxes.forEach((box, i) => {
    const [x1, y1, x2, y2] = [box.x1, box.y1, box.x2, box.y2].map(finite)
    statements.box.run(id, i, box.role, box.label, box.space, x1, y1, x2, y2)
  })
}

/**
 * Writes the records of a step, inside the caller's transaction. Of a metric recorded twice the last value counts.
 *
 * Throws when the step is already there: a resumed stage rewinds first.
 */
export const writeStep = (statements: Statements, stage: number, record: StepRecord, now: string): void => {
  for (const [name, value] of new Map(record.metrics)) {
    statements.metric.run(stage, statements.metricKey.get(name), record.step, finite(value))
  }
  for (const row of record.samples) writeSample(statements, stage, record.step, row)
  if (record.checkpoint !== undefined) statements.checkpoint.run(stage, record.step, record.checkpoint.hash, now)
}
