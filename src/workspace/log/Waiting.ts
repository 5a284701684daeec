/** Entries of a log that wait to be written together, in the order in which they came. */
import * as Effect from "effect/Effect"

/** How many may wait while nothing can be written, such as on a full disk; the oldest go first. */
export const most = 10_000

export interface Waiting<Entry> {
  readonly add: (entry: Entry) => void
  /** Writes all that wait, and says whether it could. What cannot be written waits for the next time, as it may be but busy. */
  readonly flush: Effect.Effect<boolean>
}

export const make = <Entry, E>(write: (entries: ReadonlyArray<Entry>) => Effect.Effect<void, E>): Waiting<Entry> => {
  let waiting: Array<Entry> = []
  return {
    add: (entry) => {
      waiting.push(entry)
    },
    flush: Effect.suspend(() => {
      const entries = waiting
      waiting = []
      return entries.length === 0 ? Effect.succeed(true) : Effect.match(write(entries), {
        onSuccess: () => true,
        onFailure: () => {
          waiting = [...entries, ...waiting].slice(-most)
          return false
        }
      })
    })
  }
}
