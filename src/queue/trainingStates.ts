/** Training states that workers share, by which a training outlives its machine. */
import * as Effect from "effect/Effect"
import type { JournalError } from "../pipeline/run/journal.ts"
import type * as Store from "../store/index.ts"

/** At most this part of a stage's time goes into letting others have its training states. */
const part = 0.1

/**
 * Training states of stages, such that another machine goes on with one whose machine is gone. What goes wrong with them is but told: a
 * training that could not be gone on with elsewhere is as good here.
 */
export const trainingStates = (between: Store.Between.Between, nameOf: (fingerprint: string) => string, transfer: Store.Transfer["Service"]) => {
  /** When the next one may be given, in milliseconds, of the stages of which there is one. */
  const nextAt = new Map<string, number>()
  const telling = (what: string) => Effect.catch((error: JournalError) => Effect.logWarning(`${what}: ${error.message}`))
  return {
    /** Has this machine have what another left. */
    take: (fingerprint: string) =>
      transfer.takeUnfinished(nameOf(fingerprint), between).pipe(
        Effect.tap((isThere) => Effect.sync(() => isThere && nextAt.set(fingerprint, 0))),
        telling("What another machine left of this stage, as far as it came, is not used")
      ),
    /** Lets others have what there is now of a stage, unless that would take too much of the time. */
    give: Effect.fnUntraced(function*(stage: number, fingerprint: string) {
      const begun = performance.now()
      if (begun < (nextAt.get(fingerprint) ?? 0)) return
      yield* telling("Another machine could not go on from this step")(transfer.giveUnfinished(stage, nameOf(fingerprint), between))
      const ended = performance.now()
      nextAt.set(fingerprint, ended + (ended - begun) * (1 / part - 1))
    }),
    /** That of a finished stage goes. */
    drop: (fingerprint: string) =>
      Effect.suspend(() => nextAt.delete(fingerprint) ? Effect.ignore(between.remove(nameOf(fingerprint))) : Effect.void)
  }
}
