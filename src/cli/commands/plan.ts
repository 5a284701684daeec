import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { db, json, pipelineFile, study } from "../flags.ts"

export const plan = Command.make(
  "plan",
  { file: pipelineFile, ...study, db, json },
  (options) => Effect.flatMap(Effect.promise(() => import("../actions/plan.ts")), (action) => action.plan(options))
).pipe(
  Command.withDescription(
    "Say what `assay run` would do and why: what is finished, shared, resumed or run. Runs nothing."
  ),
  Command.withExamples([
    { command: "assay plan pipelines/reward-comparison.ts --scale full" },
    { command: "assay plan study.ts --set sample.groupSize=16 --json" }
  ])
)
