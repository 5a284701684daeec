/** Client of the compute thread: leases engines in worker threads and calls them. */
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { exits } from "../../../pipeline/Errors.ts"
import { reasonOf } from "../../../pipeline/reason.ts"
import { PolicyError } from "../../policyError.ts"
import type { Engine, EngineConfig, Reply, Request } from "./protocol.ts"

/** Calls the engine in its thread. */
export type Call = <Method extends keyof Engine>(
  method: Method,
  ...args: Parameters<Engine[Method]>
) => Effect.Effect<Awaited<ReturnType<Engine[Method]>>, PolicyError>

interface Connection {
  readonly call: Call
  /** Whether anything was asked of it. */
  readonly used: () => boolean
  /** Ends the thread once its running call is over: stopping ONNX Runtime in the middle of one brings the process down. */
  readonly end: () => Promise<void>
  /** Lets the process end though the thread lives, or no longer. */
  readonly rest: (resting: boolean) => void
}

/**
 * Engines that nobody uses, by the config that they were made from. The next policy of that config goes on with one: memory
 * that a thread leaves behind comes back in pieces, and a new engine would find little use for them.
 */
const idle: Array<{ readonly config: string; readonly connection: Connection }> = []

/**
 * An engine in a worker thread, as it stands at the start of a run. At the end of the scope the next one may have it, and
 * calls of this one fail.
 */
export const start = (config: EngineConfig): Effect.Effect<Call, never, Scope.Scope> => {
  const name = JSON.stringify(config)
  let over = false
  const failure = (operation: string) =>
    new PolicyError({ operation, message: "The scope of this policy has ended.", exitCode: exits.broke })
  const lease = ({ call }: Connection): Call => (method, ...args) =>
    Effect.suspend(() => (over ? Effect.fail(failure(method)) : call(method, ...args)))
  return Effect.acquireRelease(
    Effect.promise(() => take(name, config)),
    (connection) => Effect.suspend(() => ((over = true), giveBack(name, connection)))
  ).pipe(Effect.map(lease))
}

const take = async (name: string, config: EngineConfig): Promise<Connection> => {
  const found = idle.findIndex((one) => one.config === name)
  if (found >= 0) {
    const [{ connection }] = idle.splice(found, 1) as [typeof idle[number]]
    connection.rest(false)
    return connection
  }
  await Promise.all(idle.splice(0).map(({ connection }) => connection.end()))
  return connect(config)
}

const giveBack = (name: string, connection: Connection): Effect.Effect<void> => {
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

const connect = (config: EngineConfig): Connection => {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: config })
  const waiting = new Map<number, (reply: Reply) => void>()
  let next = 0
  let dead: string | undefined
  const die = (why: string): void => {
    dead = why
    for (const [id, resume] of waiting) resume({ id, failure: { operation: "worker", message: why, exitCode: exits.broke } })
    waiting.clear()
  }
  worker.on("message", (reply: Reply) => {
    waiting.get(reply.id)?.(reply)
    waiting.delete(reply.id)
  })
  worker.on("error", (cause) => die(`The compute thread failed: ${reasonOf(cause)}.`))
  const gone = new Promise<void>((resolve) => {
    worker.on("exit", (code) => {
      die(`The compute thread ended with code ${code}; it may have run out of memory.`)
      resolve()
    })
  })

  const call: Call = (method, ...args) =>
    Effect.callback((resume) => {
      const id = next++
      const answer = (reply: Reply) =>
        resume(
          "failure" in reply
            ? Effect.fail(new PolicyError(reply.failure))
            : Effect.succeed(reply.value as Awaited<ReturnType<Engine[typeof method]>>)
        )
      if (dead !== undefined) return answer({ id, failure: { operation: method, message: dead, exitCode: exits.broke } })
      waiting.set(id, answer)
      worker.postMessage({ id, method, args } satisfies Request)
    })
  const end = (): Promise<void> => {
    worker.postMessage("end")
    return gone
  }
  return { end, call, used: () => next > 0, rest: (resting) => (resting ? worker.unref() : worker.ref()) }
}
