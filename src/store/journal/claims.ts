/** Claims in runs.db, for the processes that run studies on it. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Claims from "../../pipeline/run/Claims.ts"
import type { JournalError } from "../../pipeline/run/journal.ts"
import type { Connection } from "./Connection.ts"

/** How often one looks whether a claim of another process is free by now, in milliseconds. */
const pause = 200

/** Claims of a process that is registered as `worker`. Within it, fibers wait for each other without the database. */
export const claimMethods = (connection: Connection, worker: string): Claims.Claims["Service"] => {
  const { sqlite } = connection.handle
  const insert = sqlite.prepare(`
    INSERT INTO claim (name, worker, claimed_at) SELECT ?, id, ? FROM worker WHERE id = ? ON CONFLICT DO NOTHING`)
  const remove = sqlite.prepare("DELETE FROM claim WHERE name = ? AND worker = ?")
  const find = sqlite.prepare("SELECT worker FROM claim WHERE name = ?").pluck()
  const fibers = Claims.local()

  const isFree = (name: string) => connection.read("claim", () => find.get(name) === undefined)
  const take = (name: string) => connection.write("claim", (now) => insert.run(name, now, worker).changes > 0)
  const release = (name: string) => Effect.ignore(connection.write("release", () => void remove.run(name, worker)))
  const holds = (name: string) => connection.read("holds", () => find.get(name) === worker)

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
