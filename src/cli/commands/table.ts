import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { db } from "../flags.ts"

export const table = Command.make(
  "table",
  {
    experiment: Argument.String("EXPERIMENT").pipe(
      Argument.withDescription("Name of an experiment, from `assay list`")
    ),
    format: Flag.Literals("format", ["text", "md", "csv", "json", "latex"]).pipe(
      Flag.withDescription("text, md, csv (long form, full precision), json or latex"),
      Flag.withDefault("text")
    ),
    db
  },
  (options) => Effect.flatMap(Effect.promise(() => import("../actions/table.ts")), (action) => action.table(options))
).pipe(
  Command.withDescription(
    "Print the ablation table: means with 95 % intervals, differences paired by seed, published figures"
  ),
  Command.withExamples([
    { command: "assay table reward-comparison" },
    { command: "assay table reward-comparison --format latex > table.tex" },
    { command: "assay table reward-comparison --format csv | column -ts," }
  ])
)
