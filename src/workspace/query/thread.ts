/** The thread in which a query is run. */
import { parentPort, workerData } from "node:worker_threads"
import * as Effect from "effect/Effect"
import { openForReading } from "../../store/Database.ts"
import { beginning } from "../../store/read/sql.ts"
import type { Question, Reply } from "./ask.ts"

const port = parentPort
if (port === null) throw new Error("thread.ts runs in a worker thread only")

const { file, most, query } = workerData as Question

port.postMessage(
  await openForReading({ file }).pipe(
    Effect.flatMap((handle) => beginning(handle, query, most)),
    Effect.match({
      onFailure: ({ message, reason }): Reply => ({ failure: { reason, message } }),
      onSuccess: (answer): Reply => ({ answer })
    }),
    Effect.scoped,
    Effect.runPromise
  )
)
