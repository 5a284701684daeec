/** Claims: who executes a stage that several runs need. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import type { JournalError } from "./journal.ts"

export class Claims extends Context.Service<Claims, {
  /** Does `work` while nobody else works on the same fingerprint; waits for whoever does. */
  readonly claim: <A, E, R>(fingerprint: string, work: Effect.Effect<A, E, R>) => Effect.Effect<A, E | JournalError, R>
}>()("assay/pipeline/Claims") {}

/** Claims among the runs of one process. */
export const memory: Layer.Layer<Claims> = Layer.sync(Claims, () => {
  const locks = new Map<string, Semaphore.Semaphore>()
  return {
    claim: (fingerprint, work) =>
      Effect.suspend(() => {
        const lock = locks.get(fingerprint) ?? Semaphore.makeUnsafe(1)
        locks.set(fingerprint, lock)
        return lock.withPermits(1)(work)
      })
  }
})
