/** `assay table`: the ablation table of an experiment. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { formats } from "../../report/table/formats.ts"
import { action } from "../action.ts"
import { db } from "../flags.ts"

const names = Object.keys(formats) as ReadonlyArray<keyof typeof formats>

export const table = Command.make(
  "table",
  {
    experiments: Argument.String("EXPERIMENT").pipe(
      Argument.withDescription("Name of an experiment, from `assay list`; several stand in one table"),
      Argument.atLeast(1)
    ),
    format: Flag.Literals("format", names).pipe(
      Flag.withDescription(`${names.join(", ")} (csv in long form, at full precision)`),
      Flag.withDefault("text" as const)
    ),
    db
  },
  (options) => action(() => import("./action.ts"), ({ table }) => table(options))
).pipe(
  Command.withDescription(
    "Print the ablation table: means with 95 % intervals, differences paired by seed, published figures"
  ),
  Command.withExamples([
    { command: "assay table reward-comparison" },
    { command: "assay table reward-comparison reward-comparison@full", description: "Two experiments in one table" },
    { command: "assay table reward-comparison --format latex > table.tex" },
    { command: "assay table reward-comparison --format csv | column -ts," }
  ])
)
