/** `assay power`: how many seeds a difference needs. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { action } from "../action.ts"
import { db, experiment, json } from "../flags.ts"

export const power = Command.make(
  "power",
  {
    experiment,
    metric: Flag.String("metric").pipe(
      Flag.withDescription("A metric of it, such as mAP, or detection/mAP where several stages record one"),
      Flag.withMetavar("NAME")
    ),
    difference: Flag.Finite("difference").pipe(
      Flag.withDescription("The difference that is to be found, in the metric's unit"),
      Flag.withMetavar("NUMBER"),
      Flag.filter((difference) => difference > 0, () => "a number above 0, in the unit of the metric")
    ),
    db,
    json
  },
  (options) => action(() => import("./action.ts"), ({ power }) => power(options))
).pipe(
  Command.withDescription(
    "Say how many seeds a difference between rows needs, from the spread of the paired differences already seen:\n" +
      "two-sided, 5 %, found in 80 of 100 repetitions, before any correction for many comparisons."
  ),
  Command.withExamples([
    { command: "assay power reward-comparison --metric mAP --difference 0.5" },
    { command: "assay power reward-comparison --metric detection/recall@0.5 --difference 2 --json" }
  ])
)
