/** `assay ui`: a page to look at what runs.db holds. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { action } from "../action.ts"
import { db } from "../flags.ts"
import { listening } from "../serve/flags.ts"

export const ui = Command.make(
  "ui",
  {
    db,
    ...listening,
    open: Flag.Boolean("open").pipe(Flag.withDescription("Open the page in the browser"), Flag.withDefault(false))
  },
  (options) => action(() => import("./action.ts"), ({ ui }) => ui(options))
).pipe(
  Command.withDescription(
    "Serve a page of the experiments, tables, curves, samples and runs of the database, until a signal comes. It only reads, also\n" +
      "while runs write, and can be reached from this machine alone, unless a host and a token are given: whoever opens it from\n" +
      "elsewhere is asked for the token once, or follows a link that ends in #token=TOKEN."
  ),
  Command.withExamples([
    { command: "assay ui --open" },
    { command: "assay ui --db other.db --port 0", description: "Another database, on any free port" },
    { command: "UI_TOKEN=... assay ui --host 0.0.0.0 --token-variable UI_TOKEN", description: "For other machines" }
  ])
)
