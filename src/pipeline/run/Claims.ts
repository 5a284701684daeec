/** Claims: who has a stage or a run in hand that several could execute. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Semaphore from "effect/Semaphore"
import type { JournalError } from "./journal.ts"

/** A name is the fingerprint of a stage, or any other that only one may work on at a time. */
export class Claims extends Context.Service<Claims, {
  /**
   * Does `work` while nobody else works on the same name; waits for whoever does. Work that fails while the claim was lost, as by a
   * process that stood still for so long that others took it for dead, is done again once the claim is back.
   */
  readonly claim: <A, E, R>(name: string, work: Effect.Effect<A, E, R>) => Effect.Effect<A, E | JournalError, R>
  /** The same for who has something else to do: nothing where somebody else works on it. */
  readonly attempt: <A, E, R>(name: string, work: Effect.Effect<A, E, R>) => Effect.Effect<Option.Option<A>, E | JournalError, R>
  /** Whether what this process claimed is still its own. */
  readonly holds: (name: string) => Effect.Effect<boolean, JournalError>
}>()("assay/pipeline/Claims") {}

/** Claims among the fibers of this process. */
export const local = () => {
  const locks = new Map<string, Semaphore.Semaphore>()
  const of = (name: string): Semaphore.Semaphore => {
    const lock = locks.get(name) ?? Semaphore.makeUnsafe(1)
    locks.set(name, lock)
    return lock
  }
  return {
    claim: <A, E, R>(name: string, work: Effect.Effect<A, E, R>) => Effect.suspend(() => of(name).withPermits(1)(work)),
    attempt: <A, E, R>(name: string, work: Effect.Effect<A, E, R>) =>
      Effect.suspend(() => of(name).withPermitsIfAvailable(1)(work))
  }
}

/** Claims among the runs of one process. */
export const memory: Layer.Layer<Claims> = Layer.sync(Claims, () => ({ ...local(), holds: () => Effect.succeed(true) }))
