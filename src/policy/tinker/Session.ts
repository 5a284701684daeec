/** A session on a Tinker server: what a client has there lives as long as the client is heard of. */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Protocol from "../../protocol/tinker/Answers.ts"
import type { Refused } from "../http/send.ts"
import { call, type Server } from "./server.ts"

/** The version of the protocol that is spoken. */
export const sdk_version = "0.38.0"

export interface Session {
  readonly id: string
  /** Counts what is made in it: models, and sampling sessions, from 0. */
  readonly nextModel: () => number
  readonly nextSampler: () => number
}

const counter = () => {
  let next = 0
  return () => next++
}

/** Opens a session, is heard of every ten seconds, and finishes when the scope ends. */
export const open = (server: Server): Effect.Effect<Session, Refused, Scope.Scope> =>
  Effect.gen(function*() {
    const hasty = { ...server, patienceSeconds: 0, timeoutSeconds: 10 }
    const { session_id } = yield* Effect.acquireRelease(
      call(server, Protocol.Session, { path: "create_session", body: { tags: [], user_metadata: {}, sdk_version, type: "create_session" } }),
      ({ session_id }) =>
        Effect.ignore(call(hasty, Schema.Unknown, { path: `sessions/${encodeURIComponent(session_id)}/finish`, body: { reason: { type: "success" }, detail: null } }))
    )
    const heartbeat = call(hasty, Schema.Unknown, { path: "session_heartbeat", body: { session_id, type: "session_heartbeat" } })
    // a server that does not answer is noticed by what is asked of it
    yield* Effect.forkScoped(Effect.repeat(Effect.ignore(heartbeat), Schedule.spaced("10 seconds")))
    return { id: session_id, nextModel: counter(), nextSampler: counter() }
  })
