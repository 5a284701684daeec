/** What the engine gives to every stage. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Key } from "../Random.ts"
import type { Rows, RowsError } from "../Rows.ts"
import type { Artifacts } from "./artifacts.ts"
import type { Execution } from "./execution.ts"
import type { Journal, JournalError } from "./journal.ts"
import type { AtStep } from "./ledger.ts"
import type { SampleRecord } from "./Records.ts"

/** The services that any stage may ask for. */
export type BuiltIn = StageKey | Recorder | History | Generated | Spool | Subject | Journal | Artifacts | Execution

/** The random key of the running stage (and step, inside a loop). Fold it, never draw from anything else. */
export class StageKey extends Context.Service<StageKey, Key>()("assay/pipeline/StageKey") {}

/** Collects what a stage wants remembered. */
export interface Recording {
  /** Records one number, finite or not (NaN and infinities become SQL NULL). */
  readonly metric: (name: string, value: number) => void
  readonly samples: (rows: ReadonlyArray<SampleRecord>) => void
  /** Reports progress inside the stage, `done` of `total`, for the display only. */
  readonly progress: (done: number, total: number, label?: string) => void
  /** The same for a stage nested in this one, whose metrics and samples go by `scope`. */
  readonly within: (scope: string) => Recording
}

/**
 * The recorder of the running stage. Inside a loop it holds one step's records, committed together with the step;
 * elsewhere it holds the stage's, committed when the stage ends.
 */
export class Recorder extends Context.Service<Recorder, Recording>()("assay/pipeline/Recorder") {}

/** What the stages before this one recorded, for stages that judge a training by its curves. */
export class History extends Context.Service<History, {
  /**
   * Values of a metric with their steps, in order, of the nearest stage before this one that recorded any; null for those that are no finite
   * numbers. By the name that the stage gives it, "loss", or "watch/mAP" of an evaluation in it. Empty where none did.
   */
  readonly curve: (metric: string) => Effect.Effect<ReadonlyArray<AtStep>, JournalError>
}>()("assay/pipeline/History") {}

/** Folder for files that a stage generates and can always generate again (rendered scenes). */
export class Generated extends Context.Service<Generated, { readonly folder: string }>()("assay/pipeline/Generated") {}

/** Turns a stream into rows that can be read by index, in memory or, where they are many, in a file of the running stage. */
export class Spool extends Context.Service<Spool, {
  readonly collect: <A, E, R>(chunks: Stream.Stream<ReadonlyArray<A>, E, R>) => Effect.Effect<Rows<A>, E | RowsError, R>
  /** Path of a file to be, for what a stage cannot hold in memory while it works; removed when the stage ends. */
  readonly file: Effect.Effect<string, RowsError>
}>()("assay/pipeline/Spool") {}

/** State could not be saved or loaded: `message` says what, where and what to do. */
export interface SubjectError {
  readonly message: string
}

/**
 * The thing being studied (here: a policy), as the engine sees it: something whose state can be saved and loaded.
 *
 * `path` is a file. "weights" is what later stages need; "training" adds whatever makes the next step bit-identical.
 */
export class Subject extends Context.Service<Subject, {
  readonly save: (path: string, what: "weights" | "training") => Effect.Effect<void, SubjectError>
  /** Loads a saved file; `"initial"` goes back to the state that the policy node names. */
  readonly load: (path: string | "initial") => Effect.Effect<void, SubjectError>
}>()("assay/pipeline/Subject") {}

/** Where a training loop stands. Schedules (warm-up, cosine) are functions of it. */
export class LoopStep extends Context.Service<LoopStep, {
  /** From 0. */
  readonly step: number
  readonly steps: number
  /** The step whose state was saved last: where the loop goes on after a failure. Undefined before the first. */
  readonly checkpoint: number | undefined
}>()("assay/pipeline/LoopStep") {}
