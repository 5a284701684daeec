/** Evaluation of anybody's detections, from COCO's files. */
import * as Effect from "effect/Effect"
import { asDataError, DataError } from "../task/dataError.ts"
import * as Coco from "../task/detection/coco/Coco.ts"
import { readDetections, readTruth } from "../task/detection/coco/readTruth.ts"
import { suppress } from "../task/detection/coco/suppress.ts"

/** COCO's twelve numbers in their order, by the names that they have in runs.db where that has them too. */
export const cocoNames = [
  "mAP",
  "AP50",
  "AP75",
  "APsmall",
  "APmedium",
  "APlarge",
  "AR1",
  "AR10",
  "AR100",
  "ARsmall",
  "ARmedium",
  "ARlarge"
] as const

export interface FileEvaluation {
  /** COCO's twelve numbers, each in [0, 1], or -1 where there is no truth. */
  readonly stats: ReadonlyArray<number>
  /** AP by category id, -1 where a category has no truth. */
  readonly perCategoryAp: { readonly [id: string]: number }
  /** Name by category id. */
  readonly categories: { readonly [id: string]: string }
  /** What was odd in the files, and left out or taken as it is. */
  readonly warnings: ReadonlyArray<string>
}

/**
 * COCO evaluation of a result file (`-` is stdin) against an instances file; with `nmsAp` after OVDEval's suppression.
 *
 * Fails with `DataError`, naming file, row and field.
 */
export const evaluateFiles = (
  options: { readonly truth: string; readonly detections: string; readonly nmsAp?: boolean }
): Effect.Effect<FileEvaluation, DataError> =>
  Effect.gen(function*() {
    const { value: truth, warnings } = yield* read(() => readTruth(options.truth))
    const said = yield* read(() =>
      options.detections === "-"
        ? readDetections("stdin", truth, process.stdin)
        : readDetections(options.detections, truth))
    const { perCategory, stats } = Coco.evaluate(truth, options.nmsAp === true ? suppress(truth, said.value) : said.value)
    return {
      stats,
      perCategoryAp: Object.fromEntries(perCategory.map(({ ap, id }) => [id, ap])),
      categories: Object.fromEntries(perCategory.map(({ id, name }) => [id, name])),
      warnings: [...warnings, ...said.warnings]
    }
  })

const read = <A>(work: () => Promise<A>): Effect.Effect<A, DataError> =>
  Effect.tryPromise({
    try: work,
    catch: asDataError
  })
