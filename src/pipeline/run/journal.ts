import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type { Artifact, Environment, ExperimentRecord, RunRecord, StageRecord, StepRecord } from "./Records.ts"

/** The journal could not be read or written: `message` says what, where and what to do. */
export class JournalError extends Data.TaggedError("JournalError")<{
  readonly operation: string
  readonly message: string
  readonly cause?: unknown
}> {}

export interface FinishedStage {
  readonly id: number
  /** What the stage returned, as JSON; null for stages that return nothing worth keeping. */
  readonly output: Artifact
  /** Weights of the policy after a stage that changes it. */
  readonly subject?: Artifact | undefined
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
  /** Takes runs of the experiment that are no longer planned out of the views. */
  readonly retireRuns: (experiment: string, keep: ReadonlyArray<number>) => Effect.Effect<void, JournalError>
  readonly closeRun: (
    run: number,
    status: "done" | "failed" | "interrupted",
    error?: string
  ) => Effect.Effect<void, JournalError>

  /** The finished execution of a fingerprint. Undefined when there is none or an artifact of it is missing or altered. */
  readonly findStage: (fingerprint: string) => Effect.Effect<FinishedStage | undefined, JournalError>
  /** Step of the newest checkpoint of an unfinished execution of a fingerprint, for planning; writes nothing. */
  readonly unfinishedStep: (fingerprint: string) => Effect.Effect<number | undefined, JournalError>
  /** Starts a stage, or takes up an unfinished one, and returns its id. A stale finished one is cleared first. */
  readonly openStage: (record: StageRecord) => Effect.Effect<number, JournalError>
  /** Puts a stage execution at a position of a run. `reused`: it was finished before this run came to it. */
  readonly linkStage: (run: number, position: number, stage: number, reused: boolean) => Effect.Effect<void, JournalError>
  /** Commits a training step. Earlier checkpoints of the stage are dropped once a new one is in. */
  readonly commitStep: (stage: number, step: StepRecord) => Effect.Effect<void, JournalError>
  /** The newest usable checkpoint of an unfinished stage. */
  readonly lastCheckpoint: (
    stage: number
  ) => Effect.Effect<{ readonly step: number; readonly artifact: Artifact } | undefined, JournalError>
  /** Deletes what was committed after `step` (all of it for -1), which a resumed stage will do again. */
  readonly rewind: (stage: number, step: number) => Effect.Effect<void, JournalError>
  /** Commits the records of a stage that is no loop, and its results, in one transaction. */
  readonly closeStage: (
    stage: number,
    result: { readonly output: Artifact; readonly subject?: Artifact | undefined; readonly records?: StepRecord | undefined }
  ) => Effect.Effect<void, JournalError>
  readonly failStage: (stage: number, error: string) => Effect.Effect<void, JournalError>

  /** Stores what `write` puts at the path it is given, under the hash of the content, durably. */
  readonly putArtifact: <E, R>(
    mediaType: string,
    write: (path: string) => Effect.Effect<void, E, R>
  ) => Effect.Effect<Artifact, E | JournalError, R>
  /** Path of a stored artifact. */
  readonly artifactPath: (artifact: Artifact) => string
}>()("assay/pipeline/Journal") {}
