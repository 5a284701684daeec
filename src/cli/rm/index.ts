/** `assay rm`: takes an experiment out of the database. */
import * as Command from "effect/cli/Command"
import { action } from "../action.ts"
import { db, experiment, yes } from "../flags.ts"

export const rm = Command.make("rm", { experiment, db, yes }, (options) => action(() => import("./action.ts"), ({ rm }) => rm(options))).pipe(
  Command.withDescription(
    "Remove an experiment with its runs, earlier ones too. What they executed stays, and running the study again finds it, until " +
      "`assay gc` removes what no other run uses. Without --yes it only says what it would remove."
  ),
  Command.withExamples([
    { command: "assay rm reward-comparison", description: "What would go" },
    { command: "assay rm reward-comparison --yes" }
  ])
)
