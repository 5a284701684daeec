/** `assay explain`: why two runs do not share a stage. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { action } from "../action.ts"
import { db, json, run } from "../flags.ts"

export const explain = Command.make(
  "explain",
  {
    run,
    stage: Argument.String("STAGE").pipe(Argument.withDescription("Name of a stage in that run, from `assay show`")),
    other: Argument.Int("OTHER").pipe(
      Argument.withDescription("Another run (default: the one before it in its place that had another such stage, else the baseline's)"),
      Argument.optional
    ),
    db,
    json
  },
  (options) => action(() => import("./action.ts"), ({ explain }) => explain(options))
).pipe(
  Command.withDescription(
    "Say what tells a stage of a run from that of another: the first difference of config, code, data or seed, in the stage or in what it\n" +
      "reads, down to the character of a text."
  ),
  Command.withExamples([
    { command: "assay explain 9 loop", description: "Why was it not taken from the run before?" },
    { command: "assay explain 9 detection 3", description: "Against run 3" }
  ])
)
