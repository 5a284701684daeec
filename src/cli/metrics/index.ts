/** `assay metrics`: the metrics of an experiment for other tools. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { action } from "../action.ts"
import { db, experiment } from "../flags.ts"

export const metrics = Command.make(
  "metrics",
  {
    experiment,
    to: Flag.Literals("to", ["csv", "parquet", "tensorboard"]).pipe(
      Flag.withDescription("csv and parquet: one file, a row a run, metric and step; tensorboard: a folder, with an event file a run")
    ),
    out: Flag.String("out").pipe(
      Flag.withDescription("File or folder to write; what stands there of the same name is written over"),
      Flag.withMetavar("PATH")
    ),
    db
  },
  (options) => action(() => import("./action.ts"), ({ metrics }) => metrics(options))
).pipe(
  Command.withDescription("Write every metric of an experiment at every step for other tools: TensorBoard, or whatever reads CSV or Parquet"),
  Command.withExamples([
    { command: "assay metrics reward-comparison --to tensorboard --out board", description: "Then: tensorboard --logdir board" },
    { command: "assay metrics reward-comparison --to parquet --out metrics.parquet" }
  ])
)
