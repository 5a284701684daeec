/**
 * One run of the no-op study in this process, as JSON: `node engineChild.ts FOLDER run|plan|memory`, with `ASSAY_BENCH_GRID=CELLSxSTAGES`.
 * Seconds are those of the clock; `bytes` is the most memory that the process had, `heap...` what
 * was in use once the garbage was collected, by "memory" alone.
 */
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import * as Effect from "effect/Effect"
import * as Workspace from "../../src/workspace/index.ts"

const [folder, what] = process.argv.slice(2)
const workspace = Workspace.at(join(folder!, "runs.db"))
const file = fileURLToPath(new URL("./noopStudy.ts", import.meta.url))

/** Seconds of the clock, and of the processor. */
const now = () => {
  const { system, user } = process.cpuUsage()
  return { seconds: performance.now() / 1000, cpu: (user + system) / 1e6 }
}

const since = (start: ReturnType<typeof now>) => {
  const end = now()
  return { seconds: end.seconds - start.seconds, cpu: end.cpu - start.cpu }
}

/** Bytes that are in use, where that is wanted: to find out takes a collection, after which some code is compiled again. */
const heap = (): number => {
  if (what !== "memory") return 0
  setFlagsFromString("--expose-gc")
  ;(runInNewContext("gc") as () => void)()
  return process.memoryUsage().heapUsed
}

const measured = Effect.gen(function*() {
  const before = now()
  const study = yield* Workspace.loadStudy(file)
  const declare = since(before)
  const beforePlan = now()
  const { execute, plan } = yield* Workspace.prepare(workspace, study, { jobs: 1 })
  const planned = since(beforePlan)
  const bytesPlanned = process.memoryUsage.rss()
  const heapPlanned = heap()
  const beforeRun = now()
  const results = what === "plan" ? [] : yield* execute()
  const run = since(beforeRun)
  const heapRun = heap()
  const failed = results.find(({ status }) => status !== "done")
  if (failed !== undefined) return yield* Effect.die(new Error(`a run failed: ${failed.error}`))
  const stages = plan.runs.reduce((sum, { stages }) => sum + stages.length, 0)
  return { stages, declare, plan: planned, run, bytesPlanned, heapPlanned, heapRun, bytes: process.resourceUsage().maxRSS * 1024 }
})

console.log(JSON.stringify(await Effect.runPromise(Effect.scoped(measured))))
