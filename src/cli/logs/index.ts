/** `assay logs`: what happened to a run. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { action } from "../action.ts"
import { db, json, run } from "../flags.ts"

export const logs = Command.make(
  "logs",
  {
    run,
    follow: Flag.Boolean("follow").pipe(
      Flag.withAlias("f"),
      Flag.withDescription("Go on printing what happens until the run ends"),
      Flag.withDefault(false)
    ),
    db,
    json
  },
  (options) => action(() => import("./action.ts"), ({ logs }) => logs(options))
).pipe(
  Command.withDescription(
    "Print the log of a run: when its stages began, were reused, ended or failed, and what they logged. It is kept in the database.\n" +
      "With --json every entry is a line of its own."
  ),
  Command.withExamples([
    { command: "assay logs 3" },
    { command: "assay logs 3 --follow", description: "From another terminal, while it runs" },
    { command: "assay logs 3 --json" }
  ])
)
