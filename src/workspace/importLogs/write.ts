/** An imported log, written down as a run: step by step, so that one that is killed can be done again. */
import * as fs from "node:fs/promises"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import type { LoggedStep } from "../../logs/loggedStep.ts"
import { troubleOf } from "../../pipeline/fileTrouble.ts"
import { messageOf } from "../../pipeline/reason.ts"
import { Artifacts } from "../../pipeline/run/artifacts.ts"
import { Journal, JournalError } from "../../pipeline/run/journal.ts"
import { Ledger } from "../../pipeline/run/ledger.ts"
import type { Environment, ExperimentRecord, RunRecord, StageRecord, StepRecord } from "../../pipeline/run/Records.ts"
import type { DataError } from "../../task/dataError.ts"
import { stageName } from "./table.ts"

export interface Imported {
  readonly experiment: ExperimentRecord
  readonly run: Omit<RunRecord, "experiment">
  readonly stage: StageRecord
  readonly environment: Environment
  readonly steps: Stream.Stream<LoggedStep, DataError>
  readonly recordOf: (step: LoggedStep) => StepRecord
  /** Fails where the log is no longer what it was when it was looked through. */
  readonly unchanged: Effect.Effect<void, DataError>
  /** What the stage hands on: a summary. */
  readonly output: unknown
}

const putJson = (value: unknown) =>
  Effect.flatMap(Artifacts, ({ put }) =>
    put("application/json", (path) =>
      Effect.tryPromise({
        try: () => fs.writeFile(path, JSON.stringify(value)),
        catch: (cause) => new JournalError({ operation: "import", message: `${path} could not be written ${troubleOf(cause)}`, cause })
      })))

/** Steps a transaction: enough that their numbers are written side by side, and few enough completions to hold. */
export const together = 32

const writeSteps = Effect.fnUntraced(function*(id: number, { output, recordOf, steps, unchanged }: Imported, listen: (steps: number) => void) {
  const journal = yield* Journal
  yield* journal.rewind(id, -1)
  let done = 0
  yield* Stream.runForEach(Stream.grouped(steps, together), (some) =>
    Effect.tap(journal.commitSteps(id, some.map(recordOf)), () => Effect.sync(() => some.forEach(() => listen(++done)))))
  yield* unchanged
  yield* journal.closeStage(id, { output: yield* putJson(output) })
})

/** The stage execution: the one that is there, where the same log was imported before, or a new one. */
const obtain = Effect.fnUntraced(function*(run: number, imported: Imported, listen: (steps: number) => void) {
  const journal = yield* Journal
  const finished = yield* (yield* Ledger).findStage(imported.stage.fingerprint)
  const stage = finished?.id ?? (yield* journal.openStage(imported.stage))
  yield* journal.linkStage({ run, position: 0, stage, label: stageName, reused: finished !== undefined })
  if (finished !== undefined) return
  yield* writeSteps(stage, imported, listen).pipe(
    Effect.onError((cause) => Cause.hasInterruptsOnly(cause) ? Effect.void : Effect.ignore(journal.failStage(stage, messageOf(cause))))
  )
})

/** Writes the run and returns its id; `listen` hears how many steps are committed. One that does not end can be written again. */
export const write = Effect.fnUntraced(function*(imported: Imported, listen: (steps: number) => void) {
  const journal = yield* Journal
  yield* journal.openExperiment(imported.experiment, imported.environment)
  const run = yield* journal.openRun({ experiment: imported.experiment.name, ...imported.run }, imported.environment)
  const close = (exit: Exit.Exit<void, unknown>) =>
    Exit.isSuccess(exit)
      ? journal.closeRun(run, "done")
      : Cause.hasInterruptsOnly(exit.cause)
      ? journal.closeRun(run, "interrupted")
      : journal.closeRun(run, "failed", messageOf(exit.cause))
  yield* Effect.onExit(obtain(run, imported, listen), close)
  return run
})
