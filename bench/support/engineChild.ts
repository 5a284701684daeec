/**
 * One run of the no-op study in this process, as JSON: `node engineChild.ts FOLDER JOBS`, with `ASSAY_BENCH_GRID=CELLSxSTAGES`.
 * Seconds are those of the clock; `bytes` is the most memory that the process had.
 */
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Workspace from "../../src/workspace/index.ts"

const [folder, jobs] = process.argv.slice(2)
const workspace = Workspace.at(join(folder!, "runs.db"))
const file = fileURLToPath(new URL("./noopStudy.ts", import.meta.url))

const clock = () => performance.now() / 1000

const measured = Effect.gen(function*() {
  const start = clock()
  const study = yield* Workspace.loadStudy(file)
  const declared = clock()
  const { execute, plan } = yield* Workspace.prepare(workspace, study, { jobs: Number(jobs) })
  const planned = clock()
  const results = yield* execute()
  const done = clock()
  const failed = results.find(({ status }) => status !== "done")
  if (failed !== undefined) return yield* Effect.die(new Error(`a run failed: ${failed.error}`))
  return {
    stages: plan.runs.reduce((sum, run) => sum + run.stages.length, 0),
    declare: declared - start,
    plan: planned - declared,
    run: done - planned,
    cpu: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
    bytes: process.resourceUsage().maxRSS * 1024
  }
})

console.log(JSON.stringify(await Effect.runPromise(Effect.scoped(measured))))
