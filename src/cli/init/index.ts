/** `assay init`: a project with a study to start from. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { action } from "../action.ts"

export const init = Command.make(
  "init",
  {
    folder: Argument.String("FOLDER").pipe(
      Argument.withDescription("Folder to write into (default: the working folder)"),
      Argument.withDefault(".")
    )
  },
  (options) => action(() => import("./action.ts"), ({ init }) => init(options))
).pipe(
  Command.withDescription("Write a project to start from: a study, package.json, tsconfig.json"),
  Command.withExamples([
    { command: "assay init my-study" },
    { command: "assay init", description: "Into the working folder" }
  ])
)
