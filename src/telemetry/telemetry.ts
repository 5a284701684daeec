/** Telemetry of runs, where the environment asks for it. */
import * as Effect from "effect/Effect"
import type { Journal } from "../pipeline/run/journal.ts"
import { reasonOf } from "../pipeline/reason.ts"
import { asked, type Variables, wordsOf } from "./asked.ts"

type Observe = (journal: Journal["Service"]) => Journal["Service"]

const none = (says?: string) => ({ observe: ((journal) => journal) as Observe, says })

const unsent = (reason: string) => none(`No traces and metrics are sent: ${reason}`)

/**
 * How a journal is observed for the rest of the scope, and what is to be said of it. Whatever the environment asks for, this never
 * fails, and nothing is loaded where it asks for nothing.
 */
export const telemetry = Effect.fnUntraced(function*(environment: Variables) {
  const what = asked(environment)
  if (what === undefined) return none()
  if (what._tag === "Refuses") return unsent(what.reason)
  const { observed, otlp } = yield* Effect.promise(async () => ({ ...await import("./observed.ts"), ...await import("./otlp.ts") }))
  return yield* Effect.matchCause(otlp(what), {
    onFailure: (cause) => unsent(reasonOf(cause)),
    onSuccess: (follower) => ({ observe: ((journal) => observed(journal, follower)) as Observe, says: wordsOf(what) })
  })
})
