/** `assay show`: one run. */
import * as Command from "effect/cli/Command"
import { action } from "../action.ts"
import { db, json, run } from "../flags.ts"

export const show = Command.make(
  "show",
  { run, db, json },
  (options) => action(() => import("./action.ts"), ({ show }) => show(options))
).pipe(
  Command.withDescription("Show one run: its stages, config, final metrics and the environment it ran in"),
  Command.withExamples([
    { command: "assay show 3" },
    { command: "assay show 3 --json" }
  ])
)
