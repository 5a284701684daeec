/**
 * Breaks a compute thread of the process that imports it: with ASSAY_FAULTS_WORKER `crash`, an error that nobody catches comes
 * ASSAY_FAULTS_AFTER milliseconds after it began; with `memory`, its own heap, and nobody else's, is too small.
 */
import { createRequire, syncBuiltinESMExports } from "node:module"
import { isMainThread } from "node:worker_threads"

const threads = createRequire(import.meta.url)("node:worker_threads") as typeof import("node:worker_threads")
const how = process.env["ASSAY_FAULTS_WORKER"]

if (isMainThread && how === "memory") {
  const { Worker } = threads
  threads.Worker = class extends Worker {
    constructor(code: string | URL, options: object) {
      super(code, { ...options, resourceLimits: { maxOldGenerationSizeMb: Number(process.env["ASSAY_FAULTS_MEGABYTES"]) } })
    }
  }
  syncBuiltinESMExports()
}
if (!isMainThread && how === "crash") {
  setTimeout(() => {
    throw new Error("the thread broke, as it was told to")
  }, Number(process.env["ASSAY_FAULTS_AFTER"]))
}
