/** `assay status`: what runs now. */
import * as Command from "effect/cli/Command"
import { action } from "../action.ts"
import { db, json } from "../flags.ts"

export const status = Command.make("status", { db, json }, (options) => action(() => import("./action.ts"), ({ status }) => status(options))).pipe(
  Command.withDescription("Say what runs now, from any terminal: committed steps, and the time left at their pace"),
  Command.withExamples([
    { command: "assay status" },
    { command: "watch assay status", description: "Again every two seconds" }
  ])
)
