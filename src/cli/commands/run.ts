import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { availableParallelism } from "node:os"
import { db, json, pipelineFile, study } from "../flags.ts"

export const run = Command.make(
  "run",
  {
    file: pipelineFile,
    ...study,
    jobs: Flag.Int("jobs").pipe(
      Flag.withAlias("j"),
      Flag.withDescription("Runs side by side (default: number of cores, at most 2)"),
      Flag.filter((jobs) => jobs >= 1 && jobs <= 64, () => "a number from 1 to 64"),
      Flag.withDefault(Math.min(2, availableParallelism()))
    ),
    dryRun: Flag.Boolean("dry-run").pipe(
      Flag.withDescription("Print the plan and stop, like `assay plan`"),
      Flag.withDefault(false)
    ),
    db,
    json
  },
  (options) => Effect.flatMap(Effect.promise(() => import("../actions/run.ts")), (action) => action.run(options))
).pipe(
  Command.withDescription(
    "Run a study: every variant, every seed. What is finished is never run again; a stopped run goes on where it stood."
  ),
  Command.withExamples([
    { command: "assay run pipelines/reward-comparison.ts" },
    { command: "assay run study.ts --only reward=AP --seeds 0..4", description: "One row of the grid, five seeds" },
    {
      command: "assay run study.ts --set grpo.learningRate=1e-5 --jobs 1",
      description: "Another setting, in its own table"
    },
    { command: "assay run study.ts --force detection", description: "Evaluate again" }
  ])
)
