/** What the progress display shows, as a value. */

/** One planned stage of a run, as the display knows it. `seconds` is the time it took, once executed here. */
export interface StageState {
  readonly name: string
  /** A training loop counts its steps; other stages count what they report. */
  readonly steps: boolean
  readonly status: "waiting" | "running" | "done"
  /** Finished before this run comes to it, by another run or another day; until then, as the plan expects. */
  readonly reused: boolean
  readonly startedAt: number
  readonly seconds: number
  /** Steps (of a training loop) or items (of an evaluation) that are done, of how many; 0 of 0 when unknown. */
  readonly done: number
  readonly total: number
  /** Steps that an earlier process had done already. */
  readonly resumedAt: number
}

export interface RunState {
  readonly variant: string
  readonly seed: number
  readonly status: "waiting" | "running" | "done" | "failed"
  readonly stages: ReadonlyArray<StageState>
  /** Newest mean reward of a training step. */
  readonly reward: number | undefined
  readonly error: string | undefined
}

/** All that the progress display shows. Times are milliseconds of one clock. */
export interface State {
  readonly experiment: string
  readonly startedAt: number
  readonly jobs: number
  readonly runs: ReadonlyArray<RunState>
}

/** The stage of a run that is at work. */
export const current = (run: RunState): StageState | undefined => run.stages.find((stage) => stage.status === "running")
