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
  const locks = new Map<string, { readonly semaphore: Semaphore.Semaphore; users: number }>()
  /** Uses the lock of a name, which is there for as long as somebody does. */
  const using = <A, E, R>(name: string, use: (semaphore: Semaphore.Semaphore) => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        const lock = locks.get(name) ?? { semaphore: Semaphore.makeUnsafe(1), users: 0 }
        lock.users++
        locks.set(name, lock)
        return lock
      }),
      ({ semaphore }) => use(semaphore),
      (lock) => Effect.sync(() => void (--lock.users === 0 && locks.delete(name)))
    )
  return {
    claim: <A, E, R>(name: string, work: Effect.Effect<A, E, R>) => using(name, (lock) => lock.withPermits(1)(work)),
    attempt: <A, E, R>(name: string, work: Effect.Effect<A, E, R>) => using(name, (lock) => lock.withPermitsIfAvailable(1)(work))
  }
}

/** A place where claims of several processes lie. A release does not fail: what is not released is taken over in time. */
export interface Board {
  /** Whether the claim was free, and is now this process's. */
  readonly take: (name: string) => Effect.Effect<boolean, JournalError>
  readonly release: (name: string) => Effect.Effect<void>
  readonly holds: (name: string) => Effect.Effect<boolean, JournalError>
  readonly isFree: (name: string) => Effect.Effect<boolean, JournalError>
}

/** Claims on a board, which is looked at every `pause` milliseconds. Within the process, fibers wait for each other without it. */
export const on = ({ holds, isFree, release, take }: Board, pause: number): Claims["Service"] => {
  const fibers = local()

  /** `work` under the claim, if it can be had now. */
  const once = <A, E, R>(name: string, work: Effect.Effect<A, E, R>): Effect.Effect<Option.Option<A>, E | JournalError, R> =>
    Effect.acquireUseRelease(
      take(name),
      (taken) => taken ? Effect.asSome(work) : Effect.succeedNone,
      (taken) => taken ? release(name) : Effect.void
    )

  const claim = Effect.fnUntraced(function*<A, E, R>(name: string, work: Effect.Effect<A, E, R>): Effect.fn.Return<A, E | JournalError, R> {
    for (;;) {
      let lost = false
      const watched = Effect.onError(work, () => Effect.map(Effect.orElseSucceed(holds(name), () => true), (held) => void (lost = !held)))
      const exit = yield* Effect.exit(once(name, watched))
      if (exit._tag === "Success" && Option.isSome(exit.value)) return exit.value.value
      if (exit._tag === "Failure" && !lost) return yield* Effect.failCause(exit.cause)
      do yield* Effect.sleep(pause)
      while (!(yield* isFree(name)))
    }
  })

  return {
    claim: (name, work) => fibers.claim(name, claim(name, work)),
    attempt: (name, work) => Effect.map(fibers.attempt(name, once(name, work)), (found) => Option.flatten(found)),
    holds
  }
}

/** Claims among the runs of one process. */
export const memory: Layer.Layer<Claims> = Layer.sync(Claims, () => ({ ...local(), holds: () => Effect.succeed(true) }))
