/** A worker thread whose methods are called one after the other, and the calls to it. */
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import { exits } from "../../../pipeline/Errors.ts"
import { reasonOf } from "../../../pipeline/reason.ts"
import { PolicyError } from "../../policyError.ts"
import type { Reply, Request } from "./protocol.ts"

// oxlint-disable-next-line typescript/no-explicit-any -- what it is called with is of its own type
type Methods<Engine> = { readonly [Name in keyof Engine]: (...args: Array<any>) => Promise<unknown> }

/** Calls an engine in its thread. */
export type CallOf<Engine extends Methods<Engine>> = <Name extends keyof Engine & string>(
  method: Name,
  ...args: Parameters<Engine[Name]>
) => Effect.Effect<Awaited<ReturnType<Engine[Name]>>, PolicyError>

export interface Connection<Engine extends Methods<Engine>> {
  readonly call: CallOf<Engine>
  /** Why it will never answer again, once that is so. */
  readonly dead: () => string | undefined
  /** Whether anything was asked of it. */
  readonly used: () => boolean
  /** Ends the thread once its running call is over: stopping ONNX Runtime in the middle of one brings the process down. */
  readonly end: () => Promise<void>
  /** Lets the process end though the thread lives, or no longer. */
  readonly rest: (resting: boolean) => void
}

/** Starts the module at `code`, which `answer`s, with `config`. */
export const connect = <Engine extends Methods<Engine>>(code: URL, config: object): Connection<Engine> => {
  const worker = new Worker(code, { workerData: config })
  const waiting = new Map<number, (reply: Reply) => void>()
  let next = 0
  let dead: string | undefined
  const die = (why: string): void => {
    const message = dead ??= why // an error comes first and says more than the end that follows it
    for (const [id, resume] of waiting) resume({ id, failure: { operation: "worker", message, exitCode: exits.broke } })
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

  const call: CallOf<Engine> = (method, ...args) =>
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
  return { end, call, dead: () => dead, used: () => next > 0, rest: (resting) => (resting ? worker.unref() : worker.ref()) }
}
