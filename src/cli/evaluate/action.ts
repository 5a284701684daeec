/** Evaluates a COCO results file. */
import * as Effect from "effect/Effect"
import { cocoNames, evaluateFiles } from "../../workspace/judge.ts"
import { checkLeast, checkNames, type Least } from "../least.ts"
import { grid } from "../grid.ts"
import { print, printJson, say } from "../output.ts"

interface Options {
  readonly truth: string
  readonly detections: string
  readonly nmsAp: boolean
  readonly failUnder: ReadonlyArray<Least>
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

/** Where there is nothing to find, a number is null in `metrics`, and -1 in `stats`, which are pycocotools' own. */
export const evaluate = Effect.fn("evaluate")(function*(options: Options) {
  yield* checkNames(cocoNames, options.failUnder)
  const result = yield* evaluateFiles(options)
  for (const warning of result.warnings) yield* say(`assay: ${warning}`)
  const named = Object.fromEntries(cocoNames.map((name, i) => [name, result.stats[i]! < 0 ? null : result.stats[i]!]))
  if (options.json) {
    yield* printJson({ metrics: named, ...result })
  } else {
    const stats = meanings.map(([kind, iou, area, detections], i) =>
      [cocoNames[i]!, kind, `IoU ${iou}`, `area ${area}`, `${detections} detections`, result.stats[i]!.toFixed(4)]
    )
    const categories = Object.entries(result.perCategoryAp).map(([id, ap]) => [result.categories[id] ?? id, ap.toFixed(4)])
    yield* print([grid(stats, [4, 5]), "", grid([["category", "AP"], ...categories], [1])].join("\n"))
  }
  yield* checkLeast(named, options.failUnder)
})
