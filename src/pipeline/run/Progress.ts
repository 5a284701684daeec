/** Progress: what happens while a plan runs, as events for a display. */
import * as Context from "effect/Context"
import type { MetricValue } from "./Records.ts"

/** The run that an event is about. */
export interface RunName {
  readonly variant: string
  readonly seed: number
}

/** What happens while a plan runs, for a display. Stages go by their name within the run. */
export type Event =
  | { readonly _tag: "RunStarted"; readonly run: RunName; readonly stages: ReadonlyArray<string> }
  | { readonly _tag: "RunFinished"; readonly run: RunName }
  | { readonly _tag: "RunFailed"; readonly run: RunName; readonly message: string }
  | { readonly _tag: "StageStarted"; readonly run: RunName; readonly stage: string }
  /** It was finished before, or another run has just executed it. */
  | { readonly _tag: "StageReused"; readonly run: RunName; readonly stage: string }
  | { readonly _tag: "StageFinished"; readonly run: RunName; readonly stage: string }
  | { readonly _tag: "StageFailed"; readonly run: RunName; readonly stage: string; readonly message: string }
  /** `done` of `steps` steps are committed; `metrics` are the last one's. */
  | {
    readonly _tag: "StepCommitted"
    readonly run: RunName
    readonly stage: string
    readonly done: number
    readonly steps: number
    readonly metrics: ReadonlyArray<MetricValue>
  }
  /** Progress inside a stage or step. */
  | {
    readonly _tag: "StageProgress"
    readonly run: RunName
    readonly stage: string
    readonly done: number
    readonly total: number
    readonly label?: string | undefined
  }

/** Where events go; nowhere unless provided. It must not throw. */
export const Progress = Context.Reference<(event: Event) => void>("assay/pipeline/Progress", {
  defaultValue: () => () => {}
})
