/** Data sets of detection from files in COCO's and OVDEval's layouts. */
import { basename, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { withDefault } from "../pipeline/declare/ConfigCodec.ts"
import * as Stage from "../pipeline/declare/Stage.ts"
import { DataError } from "../task/dataError.ts"
import * as Rows from "../pipeline/Rows.ts"
import type { Dataset } from "../task/dataset.ts"
import type { Example } from "../task/detection/example.ts"
import { contentHash, imageProblem, readJson } from "./files.ts"
import { type Entry, parse } from "../task/detection/coco/instances.ts"

const config = Schema.Struct({
  /** Path of the annotation file. */
  annotations: Schema.String,
  /** Folder that `file_name` is relative to. */
  images: Schema.String,
  /** What to call the data set; by default the name of the annotation file. */
  name: Schema.optionalKey(Schema.String),
  /** What to do about an image that is missing, corrupt or wrongly annotated: fail, or leave it out and count it. */
  onBad: withDefault(Schema.Literals(["fail", "skip"]), "fail")
})

type Config = typeof config["Type"]

/**
 * A data set in COCO's instances layout; the labels of an image are its positives.
 *
 * Boxes become corners in original pixels. With `onBad: "skip"` every image left out, and every row that belongs to no
 * image, counts once in `skipped`. Fails with `DataError`, naming file, entry and field.
 * Source: COCO data format, cocodataset.org.
 */
export const coco = Stage.define({
  kind: "data",
  name: "coco",
  module: import.meta.url,
  config,
  content: ({ annotations, images }) => contentHash(annotations, images),
  run: (options, _input: unknown) => read(options, false)
})

/**
 * A data set in OVDEval's layout: COCO's, with `text` (labels present, to be asked for) and `neg_text` (hard
 * negatives) on every image. Errors and `onBad` as for `coco`.
 *
 * Source: Yao et al., "How to Evaluate the Generalization of Detection?", arXiv 2308.13177.
 */
export const ovdeval = Stage.define({
  kind: "data",
  name: "ovdeval",
  module: import.meta.url,
  config,
  content: ({ annotations, images }) => contentHash(annotations, images),
  run: (options, _input: unknown) => read(options, true)
})

/** Reads a data set; `questions` as in `parse`. */
export const read = (options: Config, questions: boolean): Effect.Effect<Dataset<Example>, DataError> =>
  Effect.gen(function*() {
    const path = options.annotations
    const parsed = parse(yield* readJson(path), questions)
    if (Result.isFailure(parsed)) return yield* new DataError({ path, message: `${path}: ${parsed.failure}` })
    const { categories, entries, strays } = parsed.success
    if (options.onBad === "fail" && strays.length > 0) return yield* bad(path, strays[0]!.entry, strays[0]!.message)
    const examples = yield* Effect.forEach(entries, (entry) => check(options, entry), { concurrency: 16 })
    const good = examples.filter((example) => example !== undefined)
    const name = options.name ?? basename(path).replace(/\.json$/, "")
    return { name, categories, examples: Rows.of(good), skipped: entries.length - good.length + strays.length }
  })

const check = (options: Config, entry: Entry): Effect.Effect<Example | undefined, DataError> =>
  Effect.gen(function*() {
    const path = join(options.images, entry.file)
    const first = entry.problems[0] ?? (yield* pictureProblem(path, entry))
    if (first !== undefined) {
      return options.onBad === "skip" ? undefined : yield* bad(options.annotations, first.entry, first.message)
    }
    const { id, negatives, objects, positives, size } = entry
    return { id, image: { path, ...size }, objects, positives, negatives }
  })

const pictureProblem = (path: string, entry: Entry) =>
  Effect.map(
    imageProblem(path, entry.size),
    (message) =>
      message === undefined ? undefined : { entry: `image ${entry.id}`, message: `field "file_name": ${message}` }
  )

const bad = (path: string, entry: string, message: string): DataError =>
  new DataError({ path, message: `${path}, ${entry}, ${message} To leave such images out, set onBad to "skip".` })
