/** The display's state as a fold over the engine's events. */
import type { Plan, PlannedStage } from "../../../pipeline/plan/Plan.ts"
import type { MetricValue } from "../../../pipeline/run/Records.ts"
import type { Event } from "../../../pipeline/run/Progress.ts"
import type { RunState, StageState, State } from "./state.ts"

const planned = ({ label, stage, status }: PlannedStage): StageState => {
  const resumedAt = status._tag === "resumes" ? status.step + 1 : 0
  return {
    name: label,
    steps: stage.steps !== undefined,
    status: "waiting",
    reused: status._tag === "finished" || status._tag === "shared",
    startedAt: 0,
    seconds: 0,
    done: resumedAt,
    total: stage.steps ?? 0,
    resumedAt
  }
}

/** The display's state before anything ran. */
export const start = (plan: Plan, jobs: number, now: number): State => ({
  experiment: plan.experiment.name,
  startedAt: now,
  jobs,
  runs: plan.runs.map(({ record, stages }) => ({
    variant: record.variant,
    seed: record.seed,
    status: "waiting",
    stages: stages.map(planned),
    reward: undefined,
    error: undefined
  }))
})

const inStage = (run: RunState, name: string, change: (stage: StageState) => Partial<StageState>): RunState => ({
  ...run,
  stages: run.stages.map((stage) => stage.name === name ? { ...stage, ...change(stage) } : stage)
})

const rewardOf = (metrics: ReadonlyArray<MetricValue>): number | undefined =>
  metrics.find(({ name, scope }) => scope === "" && name === "reward")?.value

const inRun = (run: RunState, event: Event, now: number): RunState => {
  switch (event._tag) {
    case "RunStarted":
      return { ...run, status: "running" }
    case "RunFinished":
      return { ...run, status: "done" }
    case "RunFailed":
      return { ...run, status: "failed", error: event.message }
    case "StageStarted":
      return inStage(run, event.stage, () => ({ status: "running", reused: false, startedAt: now }))
    case "StageReused":
      return inStage(run, event.stage, () => ({ status: "done", reused: true }))
    case "StageFinished":
      return inStage(run, event.stage, (stage) => ({ status: "done", seconds: (now - stage.startedAt) / 1000 }))
    case "StageFailed":
      return inStage(run, event.stage, () => ({ status: "waiting" }))
    case "StepCommitted": {
      const stepped = inStage(run, event.stage, () => ({ done: event.done, total: event.steps }))
      return { ...stepped, reward: rewardOf(event.metrics) ?? run.reward }
    }
    case "StageProgress":
      return inStage(run, event.stage, (stage) => stage.steps ? {} : { done: event.done, total: event.total })
  }
}

/** The state after an event that came at `now`. */
export const fold = (state: State, event: Event, now: number): State => ({
  ...state,
  runs: state.runs.map((run) =>
    run.variant === event.run.variant && run.seed === event.run.seed ? inRun(run, event, now) : run
  )
})
