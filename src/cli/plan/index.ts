/** `assay plan`: what would run, and why. */
import * as Command from "effect/cli/Command"
import { action } from "../action.ts"
import { study } from "../flags.ts"

export const plan = Command.make(
  "plan",
  study,
  (options) =>
    options.watch
      ? action(() => import("../watch.ts"), ({ watching }) => watching(options.file))
      : action(() => import("./action.ts"), ({ plan }) => plan(options))
).pipe(
  Command.withDescription(
    "Say what `assay run` would do and why: what is finished, shared, resumed or run. Runs nothing."
  ),
  Command.withExamples([
    { command: "assay plan pipelines/reward-comparison.ts --scale full" },
    { command: "assay plan study.ts --set sample.groupSize=16 --json" },
    { command: "assay plan study.ts --watch", description: "Beside the editor: what would this change run again?" }
  ])
)
