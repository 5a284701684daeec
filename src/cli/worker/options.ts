/** What `assay worker` is told. */
import * as Argument from "effect/cli/Argument"
import type * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { have, jobs, queue } from "../flags.ts"

export const options = {
  studies: Argument.String("STUDY").pipe(
    Argument.withDescription("Study files whose cells it takes; without any, those of every study in this repository"),
    Argument.variadic()
  ),
  ...queue,
  journal: Flag.String("db").pipe(
    Flag.withDescription("Database that this machine journals in, on a disk of its own (default: in the temporary folder)"),
    Flag.withMetavar("FILE"),
    Flag.optional
  ),
  jobs: jobs("Cells"),
  have,
  idle: Flag.Int("idle").pipe(
    Flag.withDescription("Seconds without anything to do after which it ends"),
    Flag.filter((seconds) => seconds >= 0, () => "a number of seconds"),
    Flag.withDefault(60)
  )
} as const

export type WorkerOptions = Command.Command.Config.Infer<typeof options>
