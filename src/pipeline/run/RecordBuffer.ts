/** A recorder that keeps what it is given until it is committed. */
import type { MetricValue, ScopedSample, StepRecord } from "./Records.ts"
import type { Recording } from "./services.ts"

/** A recorder, and what it was given so far as the record of a step. */
export const make = (progress: Recording["progress"]): {
  readonly recorder: Recording
  readonly record: (step: number) => StepRecord
} => {
  const metrics: Array<MetricValue> = []
  const samples: Array<ScopedSample> = []
  const within = (scope: string): Recording => ({
    metric: (name, value) => {
      metrics.push({ scope, name, value })
    },
    samples: (rows) => {
      for (const row of rows) samples.push({ ...row, scope })
    },
    progress,
    within
  })
  return { recorder: within(""), record: (step) => ({ step, metrics: [...metrics], samples: [...samples] }) }
}
