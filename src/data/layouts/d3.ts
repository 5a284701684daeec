/** D3 (Described Object Detection): COCO's layout with sentences as categories, asked group by group. */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Rows from "../../pipeline/Rows.ts"
import * as Stage from "../../pipeline/declare/Stage.ts"
import { DataError } from "../../task/dataError.ts"
import type { Dataset } from "../../task/dataset.ts"
import type { Example } from "../../task/detection/example.ts"
import { cocoLayout, fileName } from "./cocoLayout.ts"
import { fileHash } from "../../task/hashing.ts"
import { contentHash, joined } from "./content.ts"
import { byFolder, bySentences, type Sentences } from "./d3Sentences.ts"
import { files, nameOf } from "./files.ts"
import type { Result } from "./readEntry.ts"
import { collect } from "./readList.ts"
import { type Instances, readInstances } from "./readInstances.ts"

const config = Schema.Struct({
  ...files,
  /**
   * JSON of the sentences that are asked about each image, `{"0": [1, 2, 3]}`: ids of images and of sentences. Without it, an
   * image is asked about all sentences that are annotated in its folder.
   */
  sentences: Schema.optionalKey(Schema.NonEmptyString)
})

type Options = typeof config["Type"]

const content = ({ annotations, images, sentences }: Options): Effect.Effect<string, DataError> => {
  const main = contentHash(annotations, images, fileName)
  if (sentences === undefined) return main
  return Effect.zipWith(main, fileHash(sentences), (a, b) => joined(a, b))
}

/** An image with the sentences of its group that do not hold in it as its negatives; `order` sorts them. */
const withNegatives = (example: Example, sentences: ReadonlySet<string>, { order }: Instances): Example => {
  const positives = new Set(example.positives)
  const negatives = [...sentences].filter((sentence) => !positives.has(sentence)).sort((a, b) => order.get(a)! - order.get(b)!)
  return { ...example, negatives }
}

const resultOf = (example: Example, sentences: Sentences, instances: Instances): Result<Example> => {
  const asked = sentences(example)
  if (asked !== undefined) return { example: withNegatives(example, asked, instances) }
  const message = "is missing in the file of sentences. Make that file of the same pickles."
  return { problem: { kind: "no sentences", entry: `image ${example.id}`, message } }
}

/**
 * A data set in D3's layout. The sentences that hold somewhere in an image are its positives, the other sentences of its group
 * its negatives: mode "asked" is the intra-scenario setting, mode "all" (every sentence of the file) the inter-scenario one. FULL,
 * PRES and ABS are three annotation files.
 *
 * Errors and `onBad` as for `coco`. Source: Xie et al., "Described Object Detection", arXiv 2307.12813.
 */
export const d3 = Stage.define({
  kind: "data",
  name: "d3",
  module: import.meta.url,
  config,
  content,
  run: (options, _input: unknown) =>
    Effect.gen(function*() {
      const instances = yield* readInstances(options, cocoLayout)
      const sentences = yield* options.sentences === undefined
        ? byFolder(instances.examples)
        : bySentences(options.sentences, instances.names)
      const results = Rows.flatMap(instances.examples, (some) => some.map((example) => resultOf(example, sentences, instances)))
      const { examples, skipped } = yield* collect(options.annotations, options.onBad, results)
      const dataset: Dataset<Example> = {
        name: nameOf(options, options.annotations),
        categories: instances.categories,
        examples,
        skipped: instances.skipped + skipped
      }
      return dataset
    })
})

/** The files of a setting in the folders that D3 is published in: `Data.d3(Data.d3Files("d3", "abs"))`. */
export const d3Files = (folder: string, setting: "full" | "pres" | "abs") => ({
  annotations: join(folder, "d3_json", `d3_${setting}_annotations.json`),
  images: join(folder, "d3_images"),
  name: `d3-${setting}`
})
