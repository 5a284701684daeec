/** The journal: what is written down while a plan runs, on one page. */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type { Stage } from "../plan/state.ts"
import type {
  Artifact,
  Environment,
  ExperimentRecord,
  KeptRecord,
  LinkRecord,
  RunRecord,
  StageRecord,
  StepRecord
} from "./Records.ts"

/** The journal could not be read or written: `message` says what, where and what to do. */
export class JournalError extends Data.TaggedError("JournalError")<{
  readonly operation: string
  readonly message: string
  readonly cause?: unknown
}> {}

/** What a stage leaves behind when it ends. */
export interface StageResult {
  readonly output: Artifact
  /** Weights of the policy after a stage that changes it. */
  readonly subject?: Artifact | undefined
  readonly kept?: ReadonlyArray<KeptRecord> | undefined
  /** What it recorded, for stages that do not journal their own steps. */
  readonly records?: StepRecord | undefined
}

/** A run to be written down before it begins. */
export interface OpenedRun {
  readonly record: RunRecord
  readonly environment: Environment
  readonly stages?: ReadonlyArray<Stage> | undefined
}

/**
 * What the engine needs remembered. Every method that writes is one IMMEDIATE transaction: after a kill at any instant it
 * either happened or did not.
 */
export class Journal extends Context.Service<Journal, {
  /** Inserts or updates the experiment and its variants by name. */
  readonly openExperiment: (record: ExperimentRecord, environment: Environment) => Effect.Effect<number, JournalError>
  /**
   * Makes this run the current one of its experiment, variant and seed (an earlier one with another fingerprint stays,
   * but leaves the views), and returns its id. The same fingerprint returns the same run.
   */
  readonly openRun: (record: RunRecord, environment: Environment) => Effect.Effect<number, JournalError>
  /**
   * The same for several, all or none. Where the stages that a run is to have are given, runs of its variant under other seeds leave the
   * views, too, if theirs are others in more than the seed.
   */
  readonly openRuns: (runs: ReadonlyArray<OpenedRun>) => Effect.Effect<ReadonlyArray<number>, JournalError>
  /** Whether a run is done, and these are its stages in order, by their fingerprints and by their names in it. */
  readonly isDone: (
    run: number,
    stages: ReadonlyArray<{ readonly fingerprint: string; readonly label: string }>
  ) => Effect.Effect<boolean, JournalError>
  /** Takes runs of the experiment that are no longer planned out of the views; whoever of several processes on it ends last does. */
  readonly retireRuns: (experiment: string, keep: ReadonlyArray<number>) => Effect.Effect<void, JournalError>
  readonly closeRun: (
    run: number,
    status: "done" | "failed" | "interrupted",
    error?: string
  ) => Effect.Effect<void, JournalError>

  /** Starts a stage, or takes up an unfinished one, and returns its id. A stale finished one is cleared first. */
  readonly openStage: (record: StageRecord) => Effect.Effect<number, JournalError>
  /** Puts a stage execution at its place in a run. */
  readonly linkStage: (link: LinkRecord) => Effect.Effect<void, JournalError>
  /**
   * Commits a training step. Once a new checkpoint is in, earlier ones of the stage are dropped, and of the best weights
   * all but the newest.
   */
  readonly commitStep: (stage: number, step: StepRecord) => Effect.Effect<void, JournalError>
  /** Commits steps that are all there already, as those of another program's logs are, in one transaction; none has a checkpoint. */
  readonly commitSteps: (stage: number, steps: ReadonlyArray<StepRecord>) => Effect.Effect<void, JournalError>
  /** The newest checkpoint of an unfinished stage that is neither lost nor altered, and whose best weights until then are not, either. */
  readonly lastCheckpoint: (
    stage: number
  ) => Effect.Effect<{ readonly step: number; readonly artifact: Artifact } | undefined, JournalError>
  /** The best weights of an unfinished stage so far. Fails where they are lost or altered. */
  readonly bestWeights: (
    stage: number
  ) => Effect.Effect<{ readonly step: number; readonly artifact: Artifact; readonly value: number } | undefined, JournalError>
  /** Deletes what was committed after `step` (all of it for -1), which a resumed stage will do again. */
  readonly rewind: (stage: number, step: number) => Effect.Effect<void, JournalError>
  /** Commits a stage's records and results in one transaction. */
  readonly closeStage: (stage: number, result: StageResult) => Effect.Effect<void, JournalError>
  /** An answer that the stage got before, by its key; undefined if none. */
  readonly findAnswer: (stage: number, key: string) => Effect.Effect<string | undefined, JournalError>
  /** Keeps an answer until the stage, or in a loop its next checkpoint, is committed. Of two the first stays. */
  readonly keepAnswer: (stage: number, key: string, answer: string) => Effect.Effect<void, JournalError>
  /** Drops the kept answers of a stage that is to begin anew. */
  readonly forgetAnswers: (stage: number) => Effect.Effect<void, JournalError>
  readonly failStage: (stage: number, error: string) => Effect.Effect<void, JournalError>
  /** Adds facts that only the stage could find out to the environment of the runs that execute it. */
  readonly noteFacts: (stage: number, facts: Environment["facts"]) => Effect.Effect<void, JournalError>
}>()("assay/pipeline/Journal") {}
