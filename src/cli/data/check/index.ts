/** `assay data check`: everything that is wrong with a data set. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { action } from "../../action.ts"
import { json } from "../../flags.ts"
import { layout, settings } from "../source.ts"

const config = {
  layout,
  settings,
  first: Flag.Int("first").pipe(
    Flag.withDescription("How many of each kind to show (default 3)"),
    Flag.filter((first) => first >= 1 && first <= 1000, () => "a number, 1 to 1000"),
    Flag.withDefault(3)
  ),
  json
} as const

export const check = Command.make(
  "check",
  config,
  (options) => action(() => import("./action.ts"), ({ check }) => check(options))
).pipe(
  Command.withDescription("Find all that is wrong with a data set, counted by kind. Exits with 3 when there is anything."),
  Command.withExamples([
    { command: "assay data check ovdeval annotations=annotations/color.json images=images/color" },
    { command: "assay data check coco annotations=a.json images=val2017 --first 20 --json" }
  ])
)
