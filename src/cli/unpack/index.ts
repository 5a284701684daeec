/** `assay unpack`: a packed experiment brought into a database. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { action } from "../action.ts"
import { db, json } from "../flags.ts"

export const unpack = Command.make(
  "unpack",
  { file: Argument.String("FILE").pipe(Argument.withDescription("A file that `assay pack` wrote")), db, json },
  (options) => action(() => import("./action.ts"), ({ unpack }) => unpack(options))
).pipe(
  Command.withDescription(
    "Bring packed runs into the database, which is made where there is none. What is there stays: a second time changes nothing, packs of\n" +
      "several machines add up, and a run that was stopped there goes on here."
  ),
  Command.withExamples([
    { command: "assay unpack rewards.pack" },
    { command: "assay unpack rewards.pack --db all.db" }
  ])
)
