/** Data sets of detection from files in COCO's and OVDEval's layouts. */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stage from "../../pipeline/declare/Stage.ts"
import type { Dataset } from "../../task/dataset.ts"
import type { Example } from "../../task/detection/example.ts"
import { cocoLayout, fileName } from "./cocoLayout.ts"
import { contentHash } from "./content.ts"
import { files, nameOf } from "./files.ts"
import type { Layout } from "./layout.ts"
import { ovdevalLayout } from "./ovdevalLayout.ts"
import { readInstances } from "./readInstances.ts"

const config = Schema.Struct(files)

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
  content: ({ annotations, images }) => contentHash(annotations, images, fileName),
  run: (options, _input: unknown) => read(options, cocoLayout)
})

/**
 * A data set in OVDEval's layout: COCO's, with `text` (labels present, to be asked for) and `neg_text` (hard negatives) on
 * every image. In a file without any `text`, the annotated labels are asked for; in one without any `neg_text`, the other categories
 * are the negatives. An annotated label that is in neither is an error.
 * Errors and `onBad` as for `coco`.
 *
 * Source: Yao et al., "How to Evaluate the Generalization of Detection?", arXiv 2308.13177, and its evaluation code.
 */
export const ovdeval = Stage.define({
  kind: "data",
  name: "ovdeval",
  module: import.meta.url,
  config,
  content: ({ annotations, images }) => contentHash(annotations, images, fileName),
  run: (options, _input: unknown) => read(options, ovdevalLayout())
})

/** The subsets of OVDEval, by the groups that its averages are taken over. */
export const ovdevalGroups = {
  "proper noun": ["celebrity", "logo", "landmark"],
  attribute: ["color", "material"],
  position: ["position"],
  relationship: ["relationship"],
  negation: ["negation"]
} as const

/** The name of a subset of OVDEval. */
export type OvdevalSubset = (typeof ovdevalGroups)[keyof typeof ovdevalGroups][number]

/** A subset of OVDEval in the folders that it is published in: `Data.ovdeval(Data.ovdevalFiles("ovdeval", "color"))`. */
export const ovdevalFiles = (folder: string, subset: OvdevalSubset) => ({
  annotations: join(folder, "annotations", `${subset}.json`),
  images: join(folder, "images", subset),
  name: `ovdeval-${subset}`
})

/** Reads a data set of some layout. */
export const read = <Q>(options: Config, layout: Layout<Q>) =>
  Effect.map(readInstances(options, layout), ({ categories, examples, skipped }): Dataset<Example> => ({
    name: nameOf(options, options.annotations),
    categories,
    examples,
    skipped
  }))
