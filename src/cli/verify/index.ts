/** `assay verify`: whether the numbers of an experiment follow from its stored completions. */
import * as Command from "effect/cli/Command"
import { action } from "../action.ts"
import { db, declaredBy, experiment, json } from "../flags.ts"

export const verify = Command.make(
  "verify",
  {
    experiment,
    file: declaredBy,
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
