/** `assay run`: runs a study. */
import * as Command from "effect/cli/Command"
import { action } from "../action.ts"
import { runStudy } from "../flags.ts"

export const run = Command.make(
  "run",
  runStudy,
  (options) =>
    options.watch
      ? action(() => import("../watch.ts"), ({ watching }) => watching(options.file))
      : options.dryRun
      ? action(() => import("../plan/action.ts"), ({ plan }) => plan(options))
      : action(() => import("./action.ts"), ({ run }) => run(options))
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
