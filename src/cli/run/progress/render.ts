/** Progress as it is redrawn on a terminal. */
import { visibleLine } from "../../../report/visible.ts"
import { fit, padEnd, padStart, width } from "../../../report/width.ts"
import { bar, duration } from "./format.ts"
import { current, type RunState, type StageState, type State } from "./state.ts"
import * as TimeLeft from "./TimeLeft.ts"

/** `step 12/60` of a stage that counts, or nothing. */
export const counted = (stage: StageState): string => stage.total === 0 ? "" : `${stage.done}/${stage.total}`

const rewardText = (run: RunState): string => run.reward === undefined ? "" : `reward ${run.reward.toFixed(3)}`

const fractionOf = (stage: StageState): number => stage.total === 0 ? 0 : stage.done / stage.total

/** What a run is called. */
export const titleOf = (run: { readonly variant: string; readonly seed: number }): string => `${visibleLine(run.variant)} · seed ${run.seed}`

const runLine = (state: State, run: RunState, titleWidth: number, columns: number, now: number): string => {
  const stage = current(run)
  const title = padEnd(fit(titleOf(run), titleWidth), titleWidth)
  if (stage === undefined) return fit(`${title}  waiting for another run's stage`, columns)
  const left = TimeLeft.ofRun(state, run, now)
  return fit(
    [
      title,
      padEnd(stage.name, 10),
      bar(fractionOf(stage), 12),
      padStart(counted(stage), 9),
      padEnd(rewardText(run), 13),
      left > 0 ? `${duration(left)} left` : ""
    ].join("  ").trimEnd(),
    columns
  )
}

/** `3 of 16 runs done, 1 failed · 2 min 3 s · about 6 min left`. */
export const overall = (state: State, now: number): string => {
  const done = state.runs.filter((run) => run.status === "done").length
  const failed = state.runs.filter((run) => run.status === "failed").length
  const left = TimeLeft.ofAll(state, now)
  return [
    `${done} of ${state.runs.length} ${state.runs.length === 1 ? "run" : "runs"} done${
      failed > 0 ? `, ${failed} failed` : ""
    }`,
    duration((now - state.startedAt) / 1000),
    ...(left === undefined || left < 1 ? [] : [`about ${duration(left)} left`])
  ].join(" · ")
}

/** The live display: a line for each running run, then one for all; none wider than `columns`. */
export const render = (state: State, columns: number, now: number): ReadonlyArray<string> => {
  const running = state.runs.filter((run) => run.status === "running")
  const longest = Math.max(0, ...running.map((run) => width(titleOf(run))))
  const titleWidth = Math.min(longest, Math.max(12, columns - 66))
  return [
    ...running.map((run) => runLine(state, run, titleWidth, columns, now)),
    fit(overall(state, now), columns)
  ]
}
