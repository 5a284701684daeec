/** `assay bootstrap`: how sure differences of single runs are, over the examples that they were evaluated on. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { action } from "../action.ts"
import { db, declaredBy, experiment, json } from "../flags.ts"

export const bootstrap = Command.make(
  "bootstrap",
  {
    experiment,
    metric: Flag.String("metric").pipe(
      Flag.withDescription("A metric of an evaluation at the end of its runs, such as mAP or detection/mAP"),
      Flag.withMetavar("NAME")
    ),
    resamples: Flag.Int("resamples").pipe(
      Flag.withDescription("How often the examples are drawn again (default 1000)"),
      Flag.filter((resamples) => resamples >= 100 && resamples <= 100_000, () => "a number from 100 to 100000"),
      Flag.withDefault(1000)
    ),
    file: declaredBy,
    db,
    json
  },
  (options) => action(() => import("./action.ts"), ({ bootstrap }) => bootstrap(options))
).pipe(
  Command.withDescription(
    "Give every difference to the baseline (to the reference without one) a 95 % interval over images: each run's stored\n" +
      "answers are measured again on examples drawn with repetition, the same for both. For rows of single runs, such as\n" +
      "recorded or served models; it says nothing of other seeds. Needs the study file and the data set, as `verify` does."
  ),
  Command.withExamples([
    { command: "assay bootstrap served-models --metric mAP" },
    { command: "assay bootstrap served-models --metric accuracy --resamples 10000 --json" }
  ])
)
