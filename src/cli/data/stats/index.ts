/** `assay data stats`: what a data set holds. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { action } from "../../action.ts"
import { json } from "../../flags.ts"
import { layout, settings } from "../source.ts"

const config = {
  layout,
  settings,
  out: Flag.String("out").pipe(
    Flag.withDescription("Also draw the histograms into this PNG file"),
    Flag.withMetavar("FILE"),
    Flag.optional
  ),
  json
} as const

export const stats = Command.make(
  "stats",
  config,
  (options) => action(() => import("./action.ts"), ({ stats }) => stats(options))
).pipe(
  Command.withDescription("Count a data set: examples, sizes, boxes an example, boxes a label"),
  Command.withExamples([
    { command: "assay data stats coco annotations=instances_val2017.json images=val2017 --out stats.png" },
    { command: "assay data stats superclevr annotations=test200.jsonl images=images --json" }
  ])
)
