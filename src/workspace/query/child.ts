/**
 * The process of one query: a thread asks the database, and this one looks at the clock, at the memory, and whether there is still
 * somebody to answer. A thread within SQLite cannot be ended, but its process can.
 */
import { Worker } from "node:worker_threads"
import type { Question, Reply } from "./ask.ts"

const end = () => process.kill(process.pid, "SIGKILL")

const answer = (reply: Reply) => process.send?.(reply, end)

process.once("disconnect", end).once("message", (question: Question) => {
  const { megabytes, seconds } = question.most
  new Worker(new URL("./thread.ts", import.meta.url), { workerData: question }).once("message", answer).once("error", end)
  setTimeout(() => answer({ stopped: "seconds" }), 1000 * seconds)
  setInterval(() => process.memoryUsage.rss() > megabytes * 2 ** 20 && answer({ stopped: "megabytes" }), 50)
})
