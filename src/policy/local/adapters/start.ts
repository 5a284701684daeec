/** A base with adapters in a thread of its own, for as long as a scope is open. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type CallOf, connect, type Connection } from "../thread/connect.ts"
import type { Adapters, BaseConfig } from "./protocol.ts"

export type { Adapters, Asked, BaseConfig, Drawing, Drawn, Scored } from "./protocol.ts"

/** Calls the engine in its thread, one call at a time. */
export type Call = CallOf<Adapters>

/** When the scope ends, the thread does, once its running call is over. */
export const start = (config: BaseConfig): Effect.Effect<Pick<Connection<Adapters>, "call" | "dead">, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => connect<Adapters>(new URL("../thread/adaptersWorker.ts", import.meta.url), config)),
    ({ end }) => Effect.promise(end)
  )
