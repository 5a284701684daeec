/** The thread in which a local policy computes, so that the thread of the display never stands still. */
import "./heap.ts"
import { parentPort, workerData } from "node:worker_threads"
import { exitCodeOf } from "../../../pipeline/Errors.ts"
import { isEverybodys } from "../../../pipeline/fileTrouble.ts"
import { reasonOf } from "../../../pipeline/reason.ts"
import { make } from "./engine.ts"
import type { Engine, EngineConfig, Reply, Request } from "./protocol.ts"

const port = parentPort
if (port === null) throw new Error("worker.ts runs in a worker thread only")

let engine: Promise<Engine> | undefined
/** Calls are answered one after the other, in the order in which they came. */
let busy: Promise<void> = Promise.resolve()

const answer = async ({ args, id, method }: Request): Promise<void> => {
  let reply: Reply
  try {
    engine ??= make(workerData as EngineConfig)
    const call = (await engine)[method] as (...args: ReadonlyArray<unknown>) => Promise<unknown>
    reply = { id, value: await call(...args) }
  } catch (cause) {
    const everybodys = isEverybodys(cause)
    reply = { id, failure: { operation: method, message: reasonOf(cause), exitCode: exitCodeOf(cause), everybodys } }
  }
  port.postMessage(reply)
}

port.on("message", (request: Request | "end") => {
  busy = busy.then(() => (request === "end" ? port.close() : answer(request)))
})
