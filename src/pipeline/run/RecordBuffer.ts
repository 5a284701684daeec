import type { SampleRecord, StepRecord } from "./Records.ts"
import type { Recorder } from "./services.ts"

/** A recorder that keeps what it is given, and what it was given so far as the record of a step. */
export const buffer = (progress: Recorder["Service"]["progress"]): {
  readonly recorder: Recorder["Service"]
  readonly record: (step: number) => StepRecord
} => {
  const metrics: Array<readonly [string, number]> = []
  const samples: Array<SampleRecord> = []
  return {
    recorder: {
      metric: (name, value) => {
        metrics.push([name, value])
      },
      samples: (rows) => {
        for (const row of rows) samples.push(row)
      },
      progress
    },
    record: (step) => ({ step, metrics: [...metrics], samples: [...samples] })
  }
}
