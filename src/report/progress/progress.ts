/** What runs now and how long it will still take, told from what was committed and when. */
import { median } from "../../pipeline/statistics.ts"
import type { RunProgress, StageProgress } from "../../store/index.ts"
import { sideBySide } from "./schedule.ts"

/** A run that is under way. */
export interface Running {
  readonly run: number
  readonly variant: string
  readonly seed: number
  /** The stage that it is at; undefined between two. */
  readonly stage: string | undefined
  /** Steps of that stage that are committed, of how many; null where it has none. */
  readonly done: number
  readonly of: number | null
  /** Seconds that the run still needs; undefined while nothing has shown its pace. */
  readonly left: number | undefined
}

export interface Progress {
  readonly running: ReadonlyArray<Running>
  /** Seconds until all runs are done, as many side by side as run now; undefined while nothing has shown its pace. */
  readonly left: number | undefined
}

const between = (from: string, to: number): number => Math.max(0, (to - Date.parse(from)) / 1000)

/** What a running stage is heading for, from its own steps. */
const projected = (stage: StageProgress, now: number): number | undefined =>
  stage.of === null || stage.done === 0 ? undefined : (between(stage.startedAt, now) / stage.done) * stage.of

/**
 * Seconds that a whole stage takes, by its label: of those executed the middle one, as one that was interrupted for a night must not count
 * for all; else what a running one is heading for.
 */
const paces = (runs: ReadonlyArray<RunProgress>, now: number): ReadonlyMap<string, number> => {
  const stages = runs.flatMap((run) => run.stages).filter(({ reused }) => !reused)
  const executed = stages.flatMap(({ endedAt, label, startedAt, status }) =>
    status === "done" && endedAt !== null ? [{ label, seconds: between(startedAt, Date.parse(endedAt)) }] : [])
  const heading = stages.flatMap((stage) => {
    const seconds = stage.status === "running" ? projected(stage, now) : undefined
    return seconds === undefined ? [] : [{ label: stage.label, seconds }]
  })
  const by = (all: ReadonlyArray<{ readonly label: string; readonly seconds: number }>) =>
    [...Map.groupBy(all, ({ label }) => label)].map(([label, some]) => [label, median(some.map(({ seconds }) => seconds))] as const)
  return new Map([...by(heading), ...by(executed)])
}

/** Seconds that a stage which a run has come to still needs. */
const ofStage = (stage: StageProgress, pace: number | undefined, now: number): number => {
  if (stage.status !== "running" || pace === undefined) return 0
  return stage.of === null ? Math.max(0, pace - between(stage.startedAt, now)) : pace * (1 - stage.done / stage.of)
}

/** What a run goes through by itself, as another one did: of its own row if there is one. */
const planOf = (run: RunProgress, runs: ReadonlyArray<RunProgress>): ReadonlyArray<string> => {
  const whole = runs.filter(({ status }) => status === "done")
  const own = whole.filter(({ variant }) => variant === run.variant)
  const longest = (own.length > 0 ? own : whole).toSorted((a, b) => b.stages.length - a.stages.length)[0]
  return longest?.stages.filter(({ reused }) => !reused).map(({ label }) => label) ?? []
}

const ofRun = (run: RunProgress, runs: ReadonlyArray<RunProgress>, pace: ReadonlyMap<string, number>, now: number): number => {
  const met = new Set(run.stages.map(({ label }) => label))
  const begun = run.stages.reduce((sum, stage) => sum + ofStage(stage, pace.get(stage.label), now), 0)
  const toCome = planOf(run, runs).filter((label) => !met.has(label))
  return toCome.reduce((sum, label) => sum + (pace.get(label) ?? 0), begun)
}

/** The progress of an experiment's current runs at `now`, in milliseconds. Give only runs of a live process: others need for ever. */
export const progress = (runs: ReadonlyArray<RunProgress>, now: number): Progress => {
  const pace = paces(runs, now)
  const known = pace.size > 0
  const running = runs.filter(({ status }) => status === "running")
  const waiting = runs.filter(({ status }) => status === "planned" || status === "interrupted")
  const needs = [...running, ...waiting].map((run) => ofRun(run, runs, pace, now))
  return {
    left: known ? sideBySide(needs, running.length) : undefined,
    running: running.map((run, i) => {
      const stage = run.stages.find(({ status }) => status === "running")
      const { run: number, seed, variant } = run
      return { run: number, variant, seed, stage: stage?.label, done: stage?.done ?? 0, of: stage?.of ?? null, left: known ? needs[i] : undefined }
    })
  }
}
