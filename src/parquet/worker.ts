/** The thread in which a Parquet file is read: what a broken one does to the library ends with it. */
import { parentPort, workerData } from "node:worker_threads"
import { reasonOf } from "../pipeline/reason.ts"
import { footerOf, rowsOf } from "./groups.ts"
import type { Reply, Request } from "./openParquet.ts"

const port = parentPort
if (port === null) throw new Error("worker.ts runs in a worker thread only")

const footer = footerOf(workerData as string)
footer.catch(() => {}) // whoever asks is told

port.on("message", async (request: Request) => {
  let reply: Reply
  try {
    const found = await footer
    reply = { value: request === "footer" ? found.says : await rowsOf(found, request.group, request.columns) }
  } catch (cause) {
    reply = { failure: reasonOf(cause) }
  }
  port.postMessage(reply)
})
