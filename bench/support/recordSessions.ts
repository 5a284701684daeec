/**
 * Preloaded with `node --import` into a process and its threads: writes when every run of a session began and ended, and what
 * it was, to a file in the folder that ASSAY_BENCH_SESSIONS names. One file a thread that computed.
 */
import { openSync, writeSync } from "node:fs"
import { join } from "node:path"
import { threadId } from "node:worker_threads"
import { listen } from "./sessions.ts"

/** One run of a session; times in milliseconds on the clock that all threads share. */
export interface Recorded {
  readonly start: number
  readonly end: number
  readonly kind: "prefill" | "decode" | "train" | "score"
}

const folder = process.env["ASSAY_BENCH_SESSIONS"]
if (folder !== undefined) {
  // Line by line, since a thread that rests when the process ends is not told so.
  let file: number | undefined
  listen(({ end, feeds, start }) => {
    const kind = "ownMask" in feeds ? "decode" : "weights" in feeds ? "train" : "targets" in feeds ? "score" : "prefill"
    file ??= openSync(join(folder, `sessions-${process.pid}-${threadId}.jsonl`), "a")
    writeSync(file, `${JSON.stringify({ start, end, kind } satisfies Recorded)}\n`)
  })
}
