/** What stages share while runs go on side by side: whoever needs more of it than is free waits. */
import { availableParallelism, totalmem } from "node:os"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"

/** How much of what, by name: cores ("cpu"), bytes ("memory"), and whatever else stages name, such as "gpu" or a server's places. */
export type Amounts = { readonly [name: string]: number }

/** What this machine has of itself; of a container, what that may take. */
export const ofMachine = (): Amounts => ({ cpu: availableParallelism(), memory: Math.min(totalmem(), process.constrainedMemory() || Infinity) })

/** Holds amounts while work goes on. Those asked for must be there at all: `checkResources` sees to it. */
export interface Share {
  readonly hold: (amounts: Amounts) => <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** An amount that is taken first in, first out: who needs all of it is not overtaken for ever by those who need little. */
const inOrder = (amount: number) => {
  const [turn, free] = [Semaphore.makeUnsafe(1), Semaphore.makeUnsafe(amount)]
  return (wanted: number) => <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function*() {
        yield* restore(turn.take(1))
        yield* Effect.ensuring(restore(free.take(wanted)), turn.release(1))
        return yield* Effect.ensuring(restore(work), free.release(wanted))
      })
    )
}

/** What there is, free at first. All take what they need in one order, so that no two wait for each other. */
export const share = (have: Amounts): Share => {
  const places = new Map(Object.entries(have).map(([name, amount]) => [name, inOrder(amount)]))
  return {
    hold: (amounts) => (work) =>
      Object.entries(amounts).filter(([, amount]) => amount > 0).toSorted(([a], [b]) => a < b ? 1 : -1)
        .reduce((inner, [name, amount]) => places.get(name)!(amount)(inner), work)
  }
}

/** What all that runs in this process shares. */
export const Resources = Context.Reference<Share>("assay/pipeline/Resources", { defaultValue: () => share(ofMachine()) })
