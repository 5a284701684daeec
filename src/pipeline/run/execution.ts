/** The stage execution that is going on, for stages that journal their own steps. */
import * as Context from "effect/Context"
import type { KeptRecord, MetricValue } from "./Records.ts"

export class Execution extends Context.Service<Execution, {
  /** Id in the journal. */
  readonly stage: number
  /** What its files may go by: the same whenever it is taken up again. */
  readonly fingerprint: string
  /** Tells the display that a step was committed; `done` of `steps` are. */
  readonly stepped: (done: number, steps: number, metrics: ReadonlyArray<MetricValue>) => void
  /** Reports progress inside a step or stage. */
  readonly progress: (done: number, total: number, label?: string) => void
  /** Keeps weights beside those that the stage hands on; committed when it ends. */
  readonly keep: (kept: KeptRecord) => void
}>()("assay/pipeline/Execution") {}
