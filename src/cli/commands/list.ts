import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { db, json } from "../flags.ts"

export const list = Command.make(
  "list",
  { db, json },
  (options) => Effect.flatMap(Effect.promise(() => import("../actions/list.ts")), (action) => action.list(options))
).pipe(
  Command.withDescription("List the experiments of the database and their runs"),
  Command.withExamples([
    { command: "assay list" },
    { command: "assay list --db other.db --json" }
  ])
)
