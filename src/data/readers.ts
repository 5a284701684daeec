/** Data sets of detection from files in COCO's and OVDEval's layouts. */
import { basename } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { withDefault } from "../pipeline/declare/ConfigCodec.ts"
import * as Stage from "../pipeline/declare/Stage.ts"
import type { Dataset } from "../task/dataset.ts"
import type { Example } from "../task/detection/example.ts"
import { contentHash } from "./content.ts"
import { readInstances } from "./readInstances.ts"

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
 * A data set in COCO's instances layout, of any size; the labels of an image are its positives.
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

/** Reads a data set; `questions` as in `readInstances`. */
export const read = (options: Config, questions: boolean) =>
  Effect.map(readInstances(options, questions), (instances): Dataset<Example> => ({
    name: options.name ?? basename(options.annotations).replace(/\.json$/, ""),
    ...instances
  }))
