/** The ledger: what is finished. All that planning needs to know. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { JournalError } from "./journal.ts"
import type { Artifact } from "./Records.ts"

export interface FinishedStage {
  readonly id: number
  /** What the stage returned; null for stages that return nothing worth keeping. */
  readonly output: Artifact
  /** Weights of the policy after a stage that changes it. */
  readonly subject?: Artifact | undefined
}

/** A value of a metric; null where it was no finite number. */
export interface AtStep {
  readonly step: number
  readonly value: number | null
}

/** Reads what is recorded, and changes none of it. */
export class Ledger extends Context.Service<Ledger, {
  /** The finished execution of a fingerprint. Undefined when there is none or an artifact of it is missing or altered. */
  readonly findStage: (fingerprint: string) => Effect.Effect<FinishedStage | undefined, JournalError>
  /** Those of many fingerprints that `findStage` would find, in a fraction of the time. */
  readonly finished: (fingerprints: ReadonlyArray<string>) => Effect.Effect<ReadonlySet<string>, JournalError>
  /** Step from which an unfinished execution of a fingerprint can go on: that of its newest checkpoint that `lastCheckpoint` finds. */
  readonly unfinishedStep: (fingerprint: string) => Effect.Effect<number | undefined, JournalError>
  /** The last value of a metric of a finished execution; null for one that is no finite number, undefined where there is none. */
  readonly lastValue: (
    fingerprint: string,
    metric: { readonly scope: string; readonly name: string }
  ) => Effect.Effect<number | null | undefined, JournalError>
  /** All values of a metric of a finished execution, by step; null for those that are no finite numbers. `metric` is its full name. */
  readonly curve: (fingerprint: string, metric: string) => Effect.Effect<ReadonlyArray<AtStep>, JournalError>
}>()("assay/pipeline/Ledger") {}

/** `finished` where there is nothing to be gained by asking at once; `concurrency` of them side by side, where each may take a while. */
export const oneByOne = (findStage: Ledger["Service"]["findStage"], concurrency = 1): Ledger["Service"]["finished"] =>
  Effect.fnUntraced(function*(fingerprints) {
    const isFinished = (fingerprint: string) => Effect.map(findStage(fingerprint), (stage) => stage !== undefined)
    return new Set(yield* Effect.filter(fingerprints, isFinished, { concurrency }))
  })

/** A ledger in which nothing is finished. */
export const empty: Ledger["Service"] = {
  findStage: () => Effect.undefined,
  finished: () => Effect.succeed(new Set()),
  unfinishedStep: () => Effect.undefined,
  lastValue: () => Effect.undefined,
  curve: () => Effect.succeed([])
}
