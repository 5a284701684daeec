/** `assay gc`: gives the room back that nothing needs any more. */
import * as Command from "effect/cli/Command"
import { action } from "../action.ts"
import { db, json, yes } from "../flags.ts"

export const gc = Command.make("gc", { db, json, yes }, (options) => action(() => import("./action.ts"), ({ gc }) => gc(options))).pipe(
  Command.withDescription(
    "Remove what no run uses: executions of stages with what they recorded, and files under .assay/objects that no database of the folder " +
      "names. Earlier runs of a study that has changed count as runs. Without --yes it only says what it would remove."
  ),
  Command.withExamples([
    { command: "assay gc", description: "What would go, and how much room it takes" },
    { command: "assay gc --yes" }
  ])
)
