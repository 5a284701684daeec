/** `assay worker`: runs cells that others submitted. */
import * as Command from "effect/cli/Command"
import { action } from "../action.ts"
import { options } from "./options.ts"

export const worker = Command.make("worker", options, (options) => action(() => import("./action.ts"), ({ worker }) => worker(options))).pipe(
  Command.withDescription(
    "Take cells from a queue and run them here, until nothing is left to do. `assay run STUDY --queue URL` puts them in and merges what they left."
  ),
  Command.withExamples([
    { command: "assay worker --queue postgres://lab@db.example/assay", description: "On every machine, by whatever starts programs there" },
    { command: "assay worker --queue sqlite:queue.db --jobs 1", description: "One more process on this machine" }
  ])
)
