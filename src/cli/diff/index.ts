/** `assay diff`: what tells two runs apart. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { action } from "../action.ts"
import { db, json, run } from "../flags.ts"

export const diff = Command.make(
  "diff",
  { run, other: Argument.Int("OTHER").pipe(Argument.withDescription("Number of another run")), db, json },
  (options) => action(() => import("./action.ts"), ({ diff }) => diff(options))
).pipe(
  Command.withDescription("Say what tells two runs apart, and nothing else: their environment, config, code and data, and last numbers"),
  Command.withExamples([
    { command: "assay diff 3 9" },
    { command: "assay diff 3 9 --json" }
  ])
)
