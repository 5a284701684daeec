/** `assay evaluate`: COCO average precision of anybody's detections. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { action } from "../action.ts"
import { failUnder, json } from "../flags.ts"

const config = {
  truth: Flag.String("truth").pipe(
    Flag.withDescription("COCO instances file with the true boxes"),
    Flag.withMetavar("FILE")
  ),
  detections: Flag.String("detections").pipe(
    Flag.withDescription("COCO results file: a list of image_id, category_id, bbox, score; - reads stdin"),
    Flag.withMetavar("FILE")
  ),
  nmsAp: Flag.Boolean("nms-ap").pipe(
    Flag.withDescription("Suppress repeated boxes first, as OVDEval does"),
    Flag.withDefault(false)
  ),
  failUnder,
  json
} as const

export const evaluate = Command.make(
  "evaluate",
  config,
  (options) => action(() => import("./action.ts"), ({ evaluate }) => evaluate(options))
).pipe(
  Command.withDescription(
    "COCO average precision of detections, whatever made them: the 12 numbers, and AP by category, each in [0, 1]"
  ),
  Command.withExamples([
    { command: "assay evaluate --truth instances_val2017.json --detections results.json" },
    { command: "assay evaluate --truth ovdeval.json --detections results.json --nms-ap --json" },
    { command: "assay evaluate --truth t.json --detections r.json --fail-under mAP=0.3", description: "For CI" }
  ])
)
