/** `assay plan`: what would run, and why. */
import * as Command from "effect/cli/Command"
import { action } from "../action.ts"
import { study } from "../flags.ts"

export const plan = Command.make(
  "plan",
  study,
  (options) => action(() => import("./action.ts"), ({ plan }) => plan(options))
).pipe(
  Command.withDescription(
    "Say what `assay run` would do and why: what is finished, shared, resumed or run. Runs nothing."
  ),
  Command.withExamples([
    { command: "assay plan pipelines/reward-comparison.ts --scale full" },
    { command: "assay plan study.ts --set sample.groupSize=16 --json" }
  ])
)
