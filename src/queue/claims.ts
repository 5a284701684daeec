/** Claims over all machines, on the queue's database: a stage that several cells need is executed by one worker. */
import * as Effect from "effect/Effect"
import * as Claims from "../pipeline/run/Claims.ts"
import { JournalError } from "../pipeline/run/journal.ts"
import type { Queue } from "./queue.ts"

/** How often one looks whether a claim of another worker is free by now, in milliseconds. */
const pause = 500

/** Runs are this machine's own, by number; stages go by their fingerprint everywhere. */
const isEverywhere = (name: string): boolean => /^[0-9a-f]{64}$/.test(name)

/** The claims of a worker: of a stage first those at the queue, then those on its own database. */
export const claimsOf = ({ patiently, sql }: Queue["Service"], worker: string, own: Claims.Claims["Service"]): Claims.Claims["Service"] => {
  const failing = (operation: string) => <A>(effect: Effect.Effect<A, unknown>) =>
    Effect.mapError(patiently(effect), ({ message }) => new JournalError({ operation, message }))
  const holder = (name: string) => sql<{ readonly worker: string }>`SELECT worker FROM assay_claim WHERE name = ${name}`
  const everywhere = Claims.on({
    isFree: (name) => failing("claim")(Effect.map(holder(name), ({ length }) => length === 0)),
    // asked again, where the answer was lost with the connection, it says the same
    take: (name) =>
      failing("claim")(Effect.map(
        sql`
          INSERT INTO assay_claim (name, worker) SELECT ${name}, id FROM assay_worker WHERE id = ${worker}
          ON CONFLICT (name) DO UPDATE SET worker = excluded.worker WHERE assay_claim.worker = excluded.worker RETURNING name`,
        ({ length }) => length > 0
      )),
    release: (name) => Effect.ignore(patiently(sql`DELETE FROM assay_claim WHERE name = ${name} AND worker = ${worker}`)),
    holds: (name) => failing("holds")(Effect.map(holder(name), ([row]) => row?.worker === worker))
  }, pause)
  return {
    claim: (name, work) => isEverywhere(name) ? everywhere.claim(name, own.claim(name, work)) : own.claim(name, work),
    attempt: own.attempt,
    holds: (name) => isEverywhere(name) ? everywhere.holds(name) : own.holds(name)
  }
}
