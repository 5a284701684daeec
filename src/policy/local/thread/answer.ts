/** The worker's side of a compute thread. */
import { parentPort, workerData } from "node:worker_threads"
import { exitCodeOf } from "../../../pipeline/Errors.ts"
import { isEverybodys } from "../../../pipeline/fileTrouble.ts"
import { reasonOf } from "../../../pipeline/reason.ts"
import type { Reply, Request } from "./protocol.ts"

/** Makes an engine with the first call, and answers calls one after the other, in the order in which they came. */
export const answer = <Config, Engine extends object>(make: (config: Config) => Promise<Engine>): void => {
  const port = parentPort
  if (port === null) throw new Error("a compute thread is a worker thread")
  let engine: Promise<Engine> | undefined
  let busy: Promise<void> = Promise.resolve()

  const reply = async ({ args, id, method }: Request): Promise<void> => {
    let reply: Reply
    try {
      engine ??= make(workerData as Config)
      const methods = await engine as { readonly [name: string]: (...args: ReadonlyArray<unknown>) => Promise<unknown> }
      reply = { id, value: await methods[method]!(...args) }
    } catch (cause) {
      const everybodys = isEverybodys(cause)
      reply = { id, failure: { operation: method, message: reasonOf(cause), exitCode: exitCodeOf(cause), everybodys } }
    }
    port.postMessage(reply)
  }

  port.on("message", (request: Request | "end") => {
    busy = busy.then(() => (request === "end" ? port.close() : reply(request)))
  })
}
