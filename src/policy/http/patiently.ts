/** Asking a server again that is busy, restarts, or breaks off in the middle of an answer. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { Refused } from "./send.ts"

/** Milliseconds until a request is tried again: at first, doubled each time, and at most. */
const wait = { first: 500, most: 15_000 } as const

/** Whether the server was busy, gone or broken, or answered in part, and not the request wrong. */
export const worthAnother = ({ status }: Refused): boolean => status === undefined || status === 200 || status === 408 || status === 429 || status >= 500

/** Whether it is a matter of time: the server, or what stands before it, is busy or restarts. */
export const isBusy = ({ status }: Refused): boolean => status !== undefined && [408, 429, 502, 503, 504].includes(status)

/**
 * Asks until there is an answer: again where it is `worth` it, as long as patience lasts. Waits vary by half, so that those who were
 * turned away together do not come back together, and are never shorter than the server asks for.
 */
export const patiently = <A, E>(
  patienceSeconds: number,
  ask: Effect.Effect<A, Refused | E>,
  worth: (refused: Refused) => boolean
): Effect.Effect<A, Refused | E> =>
  Effect.gen(function*() {
    const end = (yield* Clock.currentTimeMillis) + patienceSeconds * 1000
    for (let pause: number = wait.first;; pause = Math.min(2 * pause, wait.most)) {
      const found = yield* Effect.result(ask)
      if (found._tag === "Success") return found.success
      if (!(found.failure instanceof Refused)) return yield* Effect.fail(found.failure)
      const pausing = (found.failure.afterSeconds ?? 0) * 1000 + pause * (0.5 + (yield* Random.next))
      if (!worth(found.failure) || (yield* Clock.currentTimeMillis) + pausing > end) return yield* found.failure
      yield* Effect.sleep(pausing)
    }
  })
