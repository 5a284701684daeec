import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { db, json } from "../flags.ts"

export const show = Command.make(
  "show",
  { run: Argument.Int("RUN").pipe(Argument.withDescription("Number of a run, from `assay list`")), db, json },
  (options) => Effect.flatMap(Effect.promise(() => import("../actions/show.ts")), (action) => action.show(options))
).pipe(
  Command.withDescription("Show one run: its stages, config, final metrics and the environment it ran in"),
  Command.withExamples([
    { command: "assay show 3" },
    { command: "assay show 3 --json" }
  ])
)
