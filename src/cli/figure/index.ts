/** `assay figure`: a figure of an experiment for a paper. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { action } from "../action.ts"
import { db, experiment } from "../flags.ts"

export const figure = Command.make(
  "figure",
  {
    experiment,
    kind: Flag.Literals("kind", ["curve", "interval", "pareto", "parts"]).pipe(
      Flag.withDescription(
        "curve: a metric over steps; interval: results with 95 % intervals; pareto: one metric against another; " +
          "parts: parts of the reward over steps"
      )
    ),
    format: Flag.Literals("format", ["svg", "png", "pdf"]).pipe(
      Flag.withDescription("svg and pdf keep their lines and letters; png has 300 dots an inch"),
      Flag.withDefault("svg" as const)
    ),
    metric: Flag.String("metric").pipe(
      Flag.withDescription("A metric (repeatable); of pareto two, the first across. Default: reward for curve, else those of the table"),
      Flag.withMetavar("NAME"),
      Flag.atLeast(0)
    ),
    width: Flag.Literals("width", ["column", "page"]).pipe(
      Flag.withDescription("column: 84 mm; page: 174 mm"),
      Flag.withDefault("column" as const)
    ),
    out: Flag.String("out").pipe(
      Flag.withDescription("File to write (default: EXPERIMENT-KIND.FORMAT here)"),
      Flag.withMetavar("FILE"),
      Flag.optional
    ),
    db
  },
  (options) => action(() => import("./action.ts"), ({ figure }) => figure(options))
).pipe(
  Command.withDescription("Draw a figure of an experiment for a paper: learning curves, intervals, one metric against another, parts of the reward"),
  Command.withExamples([
    { command: "assay figure reward-comparison --kind interval --format pdf" },
    { command: "assay figure reward-comparison --kind curve --metric completionLength --width page" },
    { command: "assay figure reward-comparison --kind pareto --metric meanTokens --metric mAP --format png --out figures/cost.png" }
  ])
)
