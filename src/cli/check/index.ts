/** `assay check`: whether a study compiles. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { action } from "../action.ts"
import { json } from "../flags.ts"

export const check = Command.make(
  "check",
  { file: Argument.String("FILE").pipe(Argument.withDescription("Study file")), json },
  (options) => action(() => import("./action.ts"), ({ check }) => check(options))
).pipe(
  Command.withDescription("Type-check a study: stages in the wrong order, wrong axes, wrong config. Runs nothing."),
  Command.withExamples([
    { command: "assay check my-study.ts" },
    { command: "assay check my-study.ts --json" }
  ])
)
