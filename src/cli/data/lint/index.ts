/** `assay data lint`: slips in wordings and labels. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { action } from "../../action.ts"
import { json } from "../../flags.ts"

const config = {
  file: Argument.String("FILE").pipe(Argument.withDescription("Rows (JSON lines or a list), or an instances file")),
  fix: Flag.String("fix").pipe(
    Flag.withDescription("Write the file there with all mended that can be; rows as JSON lines"),
    Flag.withMetavar("FILE"),
    Flag.optional
  ),
  json
} as const

export const lint = Command.make(
  "lint",
  config,
  (options) => action(() => import("./action.ts"), ({ lint }) => lint(options))
).pipe(
  Command.withDescription(
    "Find slips in what a data set asks: no space after a full stop, a fence or tag that is not closed, labels that break the\n" +
      "list of a question or the JSON of an answer. Exits with 3 when one is left."
  ),
  Command.withExamples([
    { command: "assay data lint train.jsonl" },
    { command: "assay data lint train.jsonl --fix mended.jsonl" }
  ])
)
