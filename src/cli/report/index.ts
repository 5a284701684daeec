/** `assay report`: an experiment as a file to send. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { action } from "../action.ts"
import { db } from "../flags.ts"

export const report = Command.make(
  "report",
  {
    experiments: Argument.String("EXPERIMENT").pipe(
      Argument.withDescription("Name of an experiment, from `assay list`; of several there is one table before the rest"),
      Argument.atLeast(1)
    ),
    format: Flag.Literals("format", ["html", "md"]).pipe(
      Flag.withDescription("html: one file that needs no other; md: Markdown, with its figures in a folder beside it"),
      Flag.withDefault("html" as const)
    ),
    out: Flag.String("out").pipe(
      Flag.withDescription("File to write (default: EXPERIMENT-report.html or .md here)"),
      Flag.withMetavar("FILE"),
      Flag.optional
    ),
    db
  },
  (options) => action(() => import("./action.ts"), ({ report }) => report(options))
).pipe(
  Command.withDescription(
    "Write a report to send: the table, figures, what varies, answers with their boxes, what is missing, and how to make it again"
  ),
  Command.withExamples([
    { command: "assay report reward-comparison" },
    { command: "assay report reward-comparison --format md --out docs/rewards.md" },
    { command: "assay report reward-comparison reward-comparison@full --out both.html", description: "Two experiments in one report" }
  ])
)
