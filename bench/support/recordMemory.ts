/**
 * Preloaded with `node --import` into a process: writes the largest resident set that it had, in bytes, to the file that
 * ASSAY_BENCH_MEMORY names, when it ends.
 */
import { writeFileSync } from "node:fs"
import { isMainThread } from "node:worker_threads"

const file = process.env["ASSAY_BENCH_MEMORY"]
if (file !== undefined && isMainThread) {
  process.on("exit", () => writeFileSync(file, String(process.resourceUsage().maxRSS * 1024)))
}
