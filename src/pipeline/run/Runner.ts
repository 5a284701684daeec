/** The runner: does what a plan says. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { type ExitCode, exitCodeOf } from "../Errors.ts"
import { isEverybodys } from "../fileTrouble.ts"
import { Claims } from "./Claims.ts"
import * as ComputeThreads from "./ComputeThreads.ts"
import * as Executor from "./Executor.ts"
import { Journal } from "./journal.ts"
import { messageOf } from "../reason.ts"
import type { Plan, PlannedRun } from "../plan/Plan.ts"
import { Progress } from "./Progress.ts"
import * as LivePolicy from "./LivePolicy.ts"
import type { Environment } from "./Records.ts"

export interface Options {
  /** Runs side by side, at least 1. */
  readonly jobs: number
  readonly environment: Environment
  /** What else is known of what a run runs on, such as the server of its policy. */
  readonly factsOf?: (run: PlannedRun) => Environment["facts"] | undefined
  /** Path of the file that declares the study. */
  readonly file: string
}

/** How a run ended. */
export interface RunResult {
  readonly variant: string
  readonly seed: number
  /** "planned": not tried, since another run failed of what every run would meet. */
  readonly status: "done" | "failed" | "planned"
  /** Why it failed. */
  readonly error?: string | undefined
  /** What the error's class says that a command exits with. */
  readonly exitCode?: ExitCode | undefined
  /** Whether every run would fail so, as on a full disk. */
  readonly everybodys?: boolean
}

/** Closes a run as its work ended; an interrupted one stays resumable. */
const close = Effect.fnUntraced(function*(id: number, exit: Exit.Exit<unknown, unknown>) {
  const journal = yield* Journal
  if (Exit.isSuccess(exit)) return yield* journal.closeRun(id, "done")
  if (Cause.hasInterruptsOnly(exit.cause)) return yield* journal.closeRun(id, "interrupted")
  yield* journal.closeRun(id, "failed", messageOf(exit.cause))
})

const runStages = Effect.fnUntraced(function*(executor: Executor.Executor, id: number, planned: PlannedRun) {
  const policy = yield* LivePolicy.make(planned.policy)
  const { seed, variant } = planned.record
  const past = Executor.past()
  for (const [position, stage] of planned.stages.entries()) {
    yield* executor.obtain({ id, run: { variant, seed }, position, stage, policy, past })
  }
})

/** Whether there is nothing to do, not even to write down that there was nothing to do. */
const isDone = Effect.fnUntraced(function*({ stages }: PlannedRun, id: number) {
  return stages.every(({ status }) => status._tag === "finished") && (yield* (yield* Journal).isDone(id, stages))
})

/** Tells of such a run what there is to tell. */
const passOver = Effect.fnUntraced(function*({ record: { seed, variant }, stages }: PlannedRun) {
  const report = yield* Progress
  const run = { variant, seed }
  report({ _tag: "RunStarted", run, stages: stages.map((stage) => stage.label) })
  for (const { label } of stages) report({ _tag: "StageReused", run, stage: label })
  report({ _tag: "RunFinished", run })
  return { ...run, status: "done" } satisfies RunResult
})

const runOne = Effect.fnUntraced(function*(executor: Executor.Executor, planned: PlannedRun, id: number) {
  const report = yield* Progress
  const { seed, variant } = planned.record
  const run = { variant, seed }
  report({ _tag: "RunStarted", run, stages: planned.stages.map((stage) => stage.label) })
  // closed before its policy is released: an interrupted one need not wait for what still computes
  const work = Effect.scoped(Effect.onExit(runStages(executor, id, planned), (exit) => close(id, exit)))
  const exit = yield* Effect.exit(work)
  if (Exit.isSuccess(exit)) {
    report({ _tag: "RunFinished", run })
    return { ...run, status: "done" } satisfies RunResult
  }
  if (Cause.hasInterruptsOnly(exit.cause)) return yield* Effect.interrupt
  const [error, message] = [Cause.squash(exit.cause), messageOf(exit.cause)]
  report({ _tag: "RunFailed", run, message })
  const everybodys = isEverybodys(error) ? { everybodys: true } : {}
  return { ...run, status: "failed", error: message, exitCode: exitCodeOf(error), ...everybodys } satisfies RunResult
})

/** What is said of a run that is not tried. */
const untried = ({ record: { seed, variant }, stages }: PlannedRun): RunResult => ({
  variant,
  seed,
  status: stages.every(({ status }) => status._tag === "finished") ? "done" : "planned"
})

/** Writes the experiment down. */
export const openExperiment = Effect.fnUntraced(function*({ experiment }: Pick<Plan, "experiment">, { environment, file }: Options) {
  yield* (yield* Journal).openExperiment({ ...experiment, file }, environment)
})

const none: Environment["facts"] = {}

/** Writes down runs that are to come, and returns their ids. */
export const openRuns = Effect.fnUntraced(function*(runs: ReadonlyArray<PlannedRun>, { environment, factsOf }: Options) {
  const environments = new Map<Environment["facts"], Environment>()
  const environmentOf = (run: PlannedRun): Environment => {
    const own = factsOf?.(run) ?? none
    const whole = environments.get(own) ?? { facts: { ...environment.facts, ...own } }
    environments.set(own, whole)
    return whole
  }
  return yield* (yield* Journal).openRuns(runs.map((run) => ({ record: run.record, environment: environmentOf(run), stages: run.stages })))
})

/** Takes runs that the study no longer has out of the views, where it has been run as a whole. */
export const retire = Effect.fnUntraced(function*(plan: Plan, ids: ReadonlyArray<number>, results: ReadonlyArray<RunResult>) {
  if (!plan.complete || results.some(({ status }) => status !== "done")) return
  yield* (yield* Journal).retireRuns(plan.experiment.name, ids)
})

/**
 * Executes runs that are written down, as `run` does, and returns how each of them ended. `common` is what they know of others that this
 * process executes at other times.
 */
export const execute = Effect.fnUntraced(function*(
  runs: ReadonlyArray<PlannedRun>,
  ids: ReadonlyArray<number>,
  options: Options,
  common: Executor.Common = Executor.common(runs)
) {
  const executor = yield* Executor.make(common)
  let stopped = false
  const next = Effect.fnUntraced(function*(planned: PlannedRun, id: number) {
    if (stopped) return untried(planned)
    const result: RunResult = yield* runOne(executor, planned, id)
    if (result.everybodys === true) stopped = true
    return result
  })
  const claims = yield* Claims
  /** Nothing where another process has the run in hand. */
  const begin = Effect.fnUntraced(function*(planned: PlannedRun, id: number) {
    if (yield* isDone(planned, id)) return Option.some<RunResult>(yield* passOver(planned))
    return yield* claims.attempt(`run ${id}`, next(planned, id))
  })
  const jobs = { concurrency: options.jobs }
  return yield* Effect.gen(function*() {
    const begun = yield* Effect.forEach(runs, (planned, i) => begin(planned, ids[i]!), jobs)
    // what another process is at is waited for last, and then goes quickly
    return yield* Effect.forEach(runs, (planned, i) =>
      Option.match(begun[i]!, {
        onNone: () => claims.claim(`run ${ids[i]!}`, next(planned, ids[i]!)),
        onSome: (result) => Effect.succeed(result)
      }), jobs)
  }).pipe(Effect.provideService(ComputeThreads.ComputeThreads, ComputeThreads.divided(options.jobs)))
})

/**
 * Runs what a plan says, `jobs` runs at a time, and returns how each of them ended, in the order of the plan.
 *
 * A finished stage is never executed again, and one that several runs need is executed once. A run that fails stops no
 * other, unless all would fail like it, as on a full disk: then no more are begun. When interrupted, what is committed stays,
 * runs are closed as interrupted, and the same plan goes on from there. Several processes may run one plan: each run is one's at a time.
 *
 * Fails with `JournalError` when the experiment itself cannot be written down.
 */
export const run = Effect.fn("Runner.run")(function*(plan: Plan, options: Options) {
  yield* openExperiment(plan, options)
  // All of them first, so that whoever looks into the database meanwhile sees what is still to come.
  const ids = yield* openRuns(plan.runs, options)
  const results = yield* execute(plan.runs, ids, options)
  yield* retire(plan, ids, results)
  return results
})
