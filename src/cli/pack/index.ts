/** `assay pack`: an experiment in one file. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { action } from "../action.ts"
import { db, experiment, json } from "../flags.ts"

export const pack = Command.make(
  "pack",
  { experiment, file: Argument.String("FILE").pipe(Argument.withDescription("File to write; an earlier pack of that name is replaced")), db, json },
  (options) => action(() => import("./action.ts"), ({ pack }) => pack(options))
).pipe(
  Command.withDescription(
    "Write an experiment into one file, to take to another machine: all its runs, finished or not, with their numbers, answers, logs, results,\n" +
      "weights, checkpoints and pictures. `assay unpack` brings it into a database there."
  ),
  Command.withExamples([
    { command: "assay pack reward-comparison rewards.pack" },
    { command: "assay pack reward-comparison rewards.pack --db machine-2.db" }
  ])
)
