import * as Context from "effect/Context"

/** The stage execution that is going on, for stages that commit their own steps. */
export class Execution extends Context.Service<Execution, {
  /** Id in the journal. */
  readonly stage: number
  /** Tells the display that a step was committed; `done` of `steps` are. */
  readonly stepped: (done: number, steps: number, metrics: ReadonlyArray<readonly [string, number]>) => void
  /** Reports progress inside a step or stage. */
  readonly progress: (done: number, total: number, label?: string) => void
}>()("assay/pipeline/Execution") {}
