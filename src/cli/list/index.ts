/** `assay list`: what the database holds. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { action } from "../action.ts"
import { db, json } from "../flags.ts"

export const list = Command.make(
  "list",
  {
    name: Argument.String("NAME").pipe(
      Argument.withDescription("Only experiments whose name holds this"),
      Argument.optional
    ),
    db,
    json
  },
  (options) => action(() => import("./action.ts"), ({ list }) => list(options))
).pipe(
  Command.withDescription("List the experiments of the database and their runs"),
  Command.withExamples([
    { command: "assay list" },
    { command: "assay list reward-comparison" },
    { command: "assay list --db other.db --json" }
  ])
)
