/** Progress in plain lines, for logs and pipes. */
import type { Event } from "../../../pipeline/run/Progress.ts"
import { duration } from "./format.ts"
import { visibleLines } from "../../../report/visible.ts"
import { counted, overall, titleOf } from "./render.ts"
import { current, type RunState, type State } from "./state.ts"
import * as TimeLeft from "./TimeLeft.ts"

/** What a log says of an event, or nothing: starts, ends of stages that ran, failures, ends of runs. */
export const ofEvent = (state: State, event: Event, now: number): string | undefined => {
  switch (event._tag) {
    case "RunStarted":
      return `${titleOf(event.run)}: started`
    case "StageFinished": {
      const run = state.runs.find((one) => one.variant === event.run.variant && one.seed === event.run.seed)
      const seconds = run?.stages.find((stage) => stage.name === event.stage)?.seconds ?? 0
      return `${titleOf(event.run)}: ${event.stage} finished in ${duration(seconds)}`
    }
    case "RunFailed":
      return `${titleOf(event.run)}: failed: ${visibleLines(event.message)}`
    case "RunFinished":
      return `${titleOf(event.run)}: done (${overall(state, now)})`
    default:
      return undefined
  }
}

/** Where a running run stands: stage, step, reward, time left. */
export const ofRun = (state: State, run: RunState, now: number): string | undefined => {
  const stage = current(run)
  if (stage === undefined) return undefined
  const left = TimeLeft.ofRun(state, run, now)
  const reward = run.reward === undefined ? [] : [`reward ${run.reward.toFixed(3)}`]
  const at = stage.total === 0 ? stage.name : `${stage.name} ${counted(stage)}`
  return [`${titleOf(run)}: ${at}`, ...reward, ...(left > 0 ? [`${duration(left)} left`] : [])].join(" · ")
}
