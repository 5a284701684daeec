import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { PolicyError } from "../Policy.ts"
import type { Engine, EngineConfig } from "./Engine.ts"
import type { Reply, Request } from "./protocol.ts"

/** Calls the engine in its thread. */
export type Call = <Method extends keyof Engine>(
  method: Method,
  ...args: Parameters<Engine[Method]>
) => Effect.Effect<Awaited<ReturnType<Engine[Method]>>, PolicyError>

/**
 * Starts a worker thread with an engine in it. The end of the scope ends the thread once its running call is over, since
 * stopping ONNX Runtime in the middle of one brings the whole process down.
 */
export const start = (config: EngineConfig): Effect.Effect<Call, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => connect(config)),
      ({ end }) => Effect.promise(end)
    ),
    ({ call }) => call
  )

const connect = (config: EngineConfig): { readonly end: () => Promise<void>; readonly call: Call } => {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: config })
  const waiting = new Map<number, (reply: Reply) => void>()
  let next = 0
  let dead: string | undefined
  const die = (why: string): void => {
    dead = why
    for (const [id, resume] of waiting) resume({ id, failure: { operation: "worker", message: why } })
    waiting.clear()
  }
  worker.on("message", (reply: Reply) => {
    waiting.get(reply.id)?.(reply)
    waiting.delete(reply.id)
  })
  worker.on("error", (cause) => die(`The compute thread failed: ${cause instanceof Error ? cause.message : String(cause)}.`))
  const gone = new Promise<void>((resolve) => {
    worker.on("exit", (code) => {
      die(`The compute thread ended with code ${code}; it may have run out of memory.`)
      resolve()
    })
  })

  const call: Call = (method, ...args) =>
    Effect.callback((resume) => {
      const id = next++
      const settle = (reply: Reply) =>
        resume(
          "failure" in reply
            ? Effect.fail(new PolicyError(reply.failure))
            : Effect.succeed(reply.value as Awaited<ReturnType<Engine[typeof method]>>)
        )
      if (dead !== undefined) return settle({ id, failure: { operation: method, message: dead } })
      waiting.set(id, settle)
      worker.postMessage({ id, method, args } satisfies Request)
    })
  const end = (): Promise<void> => {
    worker.postMessage("end")
    return gone
  }
  return { end, call }
}
