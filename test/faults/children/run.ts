/**
 * Runs a study, and says of each step and stage that it is committed, once it is, on stdout or in the file that ASSAY_FAULTS_SAID
 * names: node run.ts STUDY DATABASE JOBS. Who kills it knows what must be there afterwards.
 *
 * It is `assay run` without the type check of the study, which takes longer than the study does.
 */
import { openSync, writeSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Workspace from "../../../src/workspace/index.ts"

const [study = "", db = "", jobs = "1"] = process.argv.slice(2)

const file = process.env["ASSAY_FAULTS_SAID"]
const descriptor = file === undefined ? 1 : openSync(file, "a")

const say = (line: object): void => {
  writeSync(descriptor, `${JSON.stringify(line)}\n`)
}

const program = Effect.gen(function*() {
  const loaded = yield* Workspace.loadStudy(study)
  return yield* Workspace.run(Workspace.at(db), loaded, { jobs: Number(jobs) }, (event) => {
    if (event._tag === "StepCommitted") say({ ...event.run, stage: event.stage, steps: event.done })
    if (event._tag === "StageFinished") say({ ...event.run, stage: event.stage })
    if (event._tag === "RunFinished") say({ ...event.run })
  })
})

const results = await Effect.runPromise(program)
for (const { error, status } of results) if (status !== "done") process.stderr.write(`${status}: ${error ?? ""}\n`)
if (results.some(({ status }) => status !== "done")) process.exitCode = 1
