/** How long it will still take. */
import { mean } from "../../../pipeline/statistics.ts"
import { sideBySide } from "../../../report/progress/schedule.ts"
import type { RunState, StageState, State } from "./state.ts"

/** Seconds that a running stage still needs at the pace it has had, or undefined before its first step. */
export const ofStage = (stage: StageState, now: number): number | undefined => {
  const made = stage.done - stage.resumedAt
  if (stage.total === 0 || made <= 0) return undefined
  return ((now - stage.startedAt) / 1000 / made) * (stage.total - stage.done)
}

/** The part of a stage that this process has to do; the rest was done before it started. */
const share = (stage: StageState): number => stage.total > stage.resumedAt ? 1 - stage.resumedAt / stage.total : 1

/** What a whole stage of each name takes: the mean of those executed, else what the running ones are heading for. */
const expectations = (state: State, now: number): ReadonlyMap<string, number> => {
  const stages = state.runs.flatMap((run) => run.stages)
  const executed = stages.flatMap((stage) =>
    stage.status === "done" && !stage.reused ? [{ name: stage.name, seconds: stage.seconds / share(stage) }] : []
  )
  const projected = stages.flatMap((stage) => {
    const left = stage.status === "running" ? ofStage(stage, now) : undefined
    return left === undefined
      ? []
      : [{ name: stage.name, seconds: ((now - stage.startedAt) / 1000 + left) / share(stage) }]
  })
  const seen = (from: ReadonlyArray<{ readonly name: string; readonly seconds: number }>) =>
    [...Map.groupBy(from, (stage) => stage.name)].map(([name, all]) =>
      [name, mean(all.map((stage) => stage.seconds))] as const
    )
  return new Map([...seen(projected), ...seen(executed)])
}

const ofRunGiven = (run: RunState, expected: ReadonlyMap<string, number>, now: number): number =>
  run.status === "done" || run.status === "failed" ? 0 : run.stages.reduce((sum, stage) => {
    if (stage.status === "done" || stage.reused) return sum
    const usual = (expected.get(stage.name) ?? 0) * share(stage)
    if (stage.status === "waiting") return sum + usual
    return sum + (ofStage(stage, now) ?? Math.max(0, usual - (now - stage.startedAt) / 1000))
  }, 0)

/** Seconds that one run still needs, as far as can be told. */
export const ofRun = (state: State, run: RunState, now: number): number =>
  ofRunGiven(run, expectations(state, now), now)

/** Seconds until all is done, with `jobs` runs side by side; undefined while no step or stage has shown its pace. */
export const ofAll = (state: State, now: number): number | undefined => {
  const expected = expectations(state, now)
  if (expected.size === 0) return undefined
  const needs = state.runs.map((run) => ({
    running: run.status === "running",
    seconds: ofRunGiven(run, expected, now)
  }))
  const inOrder = needs.toSorted((a, b) => Number(b.running) - Number(a.running))
  return sideBySide(inOrder.map(({ seconds }) => seconds), state.jobs)
}
