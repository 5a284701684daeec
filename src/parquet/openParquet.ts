/** Parquet files, opened: read in a thread of their own, so that no file brings down or holds up whoever reads it. */
import { stat } from "node:fs/promises"
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { reasonOf } from "../pipeline/reason.ts"
import { DataError } from "../task/dataError.ts"
import type { Cells, Footer } from "./groups.ts"

export type Request = "footer" | { readonly group: number; readonly columns: ReadonlyArray<string> }
export type Reply = { readonly value: unknown } | { readonly failure: string }

export interface Parquet {
  readonly path: string
  readonly says: Footer["says"]
  /** The rows of a group, of these columns. One call at a time. */
  readonly rows: (group: number, columns: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<Cells>, DataError>
}

/** Seconds that reading may take: some to begin with, and one for every megabyte of the file. A broken one can make the library loop. */
const patience = async (path: string): Promise<number> => 10 + (await stat(path).then(({ size }) => size, () => 0)) / 1e6

const unreadable = (path: string, reason: string): DataError =>
  new DataError({ path, message: `${path} cannot be read as Parquet (${reason}). Fetch or write it again.` })

/** What the thread answers; its end, or silence, is an answer, too. */
const answered = async (worker: Worker, path: string, request: Request): Promise<unknown> => {
  const seconds = await patience(path)
  const { promise, reject, resolve } = Promise.withResolvers<Reply>()
  const broke = (cause: unknown) => reject(unreadable(path, reasonOf(cause)))
  const ended = () => broke("it ends the thread that reads it")
  const timer = setTimeout(() => broke(`it is not through after ${Math.round(seconds)} s`), 1000 * seconds)
  if (worker.threadId === -1) ended() // it was over before anybody asked
  worker.once("message", resolve).once("error", broke).once("exit", ended)
  try {
    worker.postMessage(request)
    const reply = await promise
    if ("failure" in reply) throw unreadable(path, reply.failure)
    return reply.value
  } finally {
    clearTimeout(timer)
    worker.off("message", resolve).off("error", broke).off("exit", ended)
  }
}

const asked = (worker: Worker, path: string, request: Request): Effect.Effect<unknown, DataError> =>
  Effect.tryPromise({ try: () => answered(worker, path, request), catch: (cause) => cause as DataError })

/** Opens a file until the scope closes. Fails with `DataError`, naming the file. */
export const openParquet = (path: string): Effect.Effect<Parquet, DataError, Scope.Scope> =>
  Effect.gen(function*() {
    const worker = yield* Effect.acquireRelease(
      Effect.sync(() => new Worker(new URL("./worker.ts", import.meta.url), { workerData: path }).on("error", () => {})),
      (worker) => Effect.promise(() => worker.terminate())
    )
    const says = (yield* asked(worker, path, "footer")) as Footer["says"]
    return { path, says, rows: (group, columns) => asked(worker, path, { group, columns }) as Effect.Effect<ReadonlyArray<Cells>, DataError> }
  })
