/** `assay rerun`: a run made again, to see whether it comes out as it did. */
import * as Command from "effect/cli/Command"
import { action } from "../action.ts"
import { db, declaredBy, json, run } from "../flags.ts"

export const rerun = Command.make(
  "rerun",
  { run, file: declaredBy, db, json },
  (options) => action(() => import("./action.ts"), ({ rerun }) => rerun(options))
).pipe(
  Command.withDescription(
    "Run a finished run again from its stored config and seed, taking nothing from what is stored, and say metric by metric whether it comes\n" +
      "out as it did; a changed environment and changed code first. Exits with 4 where a number differs. The database stays as it is."
  ),
  Command.withExamples([
    { command: "assay rerun 3" },
    { command: "assay rerun 3 --file study.ts --json", description: "Where the study file has moved" }
  ])
)
