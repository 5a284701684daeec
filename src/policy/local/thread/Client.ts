/** Client of the compute thread: leases engines in worker threads and calls them. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { exits } from "../../../pipeline/Errors.ts"
import { PolicyError } from "../../policyError.ts"
import { type CallOf, connect, type Connection } from "./connect.ts"
import type { Engine, EngineConfig } from "./protocol.ts"

/** Calls the engine in its thread. */
export type Call = CallOf<Engine>

type Leased = Connection<Engine>

/**
 * Engines that nobody uses, by the config that they were made from. The next policy of that config goes on with one: memory
 * that a thread leaves behind comes back in pieces, and a new engine would find little use for them.
 */
const idle: Array<{ readonly config: string; readonly connection: Leased }> = []

/**
 * An engine in a worker thread, as it stands at the start of a run. At the end of the scope the next one may have it, and
 * calls of this one fail.
 */
export const start = (config: EngineConfig): Effect.Effect<Call, never, Scope.Scope> => {
  const name = JSON.stringify(config)
  let over = false
  const failure = (operation: string) =>
    new PolicyError({ operation, message: "The scope of this policy has ended.", exitCode: exits.broke })
  const lease = ({ call }: Leased): Call => (method, ...args) =>
    Effect.suspend(() => (over ? Effect.fail(failure(method)) : call(method, ...args)))
  return Effect.acquireRelease(
    Effect.promise(() => take(name, config)),
    (connection) => Effect.suspend(() => ((over = true), giveBack(name, connection)))
  ).pipe(Effect.map(lease))
}

const take = async (name: string, config: EngineConfig): Promise<Leased> => {
  const found = idle.findIndex((one) => one.config === name)
  if (found >= 0) {
    const [{ connection }] = idle.splice(found, 1) as [typeof idle[number]]
    connection.rest(false)
    return connection
  }
  await Promise.all(idle.splice(0).map(({ connection }) => connection.end()))
  return connect<Engine>(new URL("./worker.ts", import.meta.url), config)
}

const giveBack = (name: string, connection: Leased): Effect.Effect<void> => {
  const end = Effect.promise(connection.end)
  if (!connection.used()) return end
  return Effect.matchEffect(connection.call("load", "initial"), {
    onFailure: () => end,
    onSuccess: () =>
      Effect.sync(() => {
        connection.rest(true)
        idle.push({ config: name, connection })
      })
  })
}
