import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json } from "../flags.ts"

export const evaluate = Command.make(
  "evaluate",
  {
    truth: Flag.String("truth").pipe(
      Flag.withDescription("COCO instances file with the true boxes"),
      Flag.withMetavar("FILE")
    ),
    detections: Flag.String("detections").pipe(
      Flag.withDescription("COCO results file: a list of image_id, category_id, bbox, score"),
      Flag.withMetavar("FILE")
    ),
    nmsAp: Flag.Boolean("nms-ap").pipe(
      Flag.withDescription("Suppress repeated boxes first, as OVDEval does"),
      Flag.withDefault(false)
    ),
    json
  },
  (options) =>
    Effect.flatMap(Effect.promise(() => import("../actions/evaluate.ts")), (action) => action.evaluate(options))
).pipe(
  Command.withDescription(
    "COCO average precision of detections, whatever made them: the 12 numbers, and AP by category"
  ),
  Command.withExamples([
    { command: "assay evaluate --truth instances_val2017.json --detections results.json" },
    { command: "assay evaluate --truth ovdeval.json --detections results.json --nms-ap --json" }
  ])
)
