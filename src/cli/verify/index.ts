/** `assay verify`: whether the numbers of an experiment follow from its stored completions. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { action } from "../action.ts"
import { db, json } from "../flags.ts"

export const verify = Command.make(
  "verify",
  {
    experiment: Argument.String("EXPERIMENT").pipe(
      Argument.withDescription("Name of an experiment, from `assay list`")
    ),
    file: Flag.String("file").pipe(
      Flag.withDescription("Study file that declares it, where it is no longer where it ran"),
      Flag.withMetavar("FILE"),
      Flag.optional
    ),
    db,
    json
  },
  (options) => action(() => import("./action.ts"), ({ verify }) => verify(options))
).pipe(
  Command.withDescription(
    "Read and judge every stored completion again, and recompute every number of the table from them.\n\n" +
      "Uses the study's own tasks and rewards as they are now, with the config that was stored; reads the data sets of\n" +
      "evaluations again and needs no model. Exits with 4 and the first number that differs. What only a model could tell\n" +
      "(loss, KL, rendered prompts, token counts) is not recomputed, and listed."
  ),
  Command.withExamples([
    { command: "assay verify reward-comparison" },
    { command: "assay verify reward-comparison --file pipelines/reward-comparison.ts --json" }
  ])
)
