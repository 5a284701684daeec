import * as Effect from "effect/Effect"
import { evaluateFiles } from "../../evaluate/files.ts"
import { grid } from "../grid.ts"
import { print, printJson } from "../output.ts"

export interface Options {
  readonly truth: string
  readonly detections: string
  readonly nmsAp: boolean
  readonly json: boolean
}

/** The 12 COCO numbers in their order: what is averaged, at which IoU, over which areas, with how many detections. */
const meanings = [
  ["AP", "0.50:0.95", "all", 100],
  ["AP", "0.50", "all", 100],
  ["AP", "0.75", "all", 100],
  ["AP", "0.50:0.95", "small", 100],
  ["AP", "0.50:0.95", "medium", 100],
  ["AP", "0.50:0.95", "large", 100],
  ["AR", "0.50:0.95", "all", 1],
  ["AR", "0.50:0.95", "all", 10],
  ["AR", "0.50:0.95", "all", 100],
  ["AR", "0.50:0.95", "small", 100],
  ["AR", "0.50:0.95", "medium", 100],
  ["AR", "0.50:0.95", "large", 100]
] as const

/** Evaluates a COCO results file. -1 means that there is nothing to find. */
export const evaluate = Effect.fn("evaluate")(function*(options: Options) {
  const result = yield* evaluateFiles({ truth: options.truth, detections: options.detections, nmsAp: options.nmsAp })
  if (options.json) return yield* printJson(result)
  const stats = meanings.map((
    [kind, iou, area, detections],
    i
  ) => [kind, `IoU ${iou}`, `area ${area}`, `${detections} detections`, (result.stats[i] ?? -1).toFixed(4)])
  const categories = Object.entries(result.perCategoryAp).map((
    [id, ap]
  ) => [result.categories[id] ?? id, ap.toFixed(4)])
  yield* print([grid(stats, [3, 4]), "", grid([["category", "AP"], ...categories], [1])].join("\n"))
})
