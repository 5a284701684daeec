/** ODinW: many small sets in COCO's layout, each a folder in which the pictures lie beside their annotations. */
import { basename, dirname, join } from "node:path"
import * as Schema from "effect/Schema"
import * as Stage from "../../pipeline/declare/Stage.ts"
import { cocoLayout, fileName } from "./cocoLayout.ts"
import { contentHash } from "./content.ts"
import { onBad } from "../../task/problem.ts"
import { read } from "./readers.ts"

const config = Schema.Struct({
  /** Folder of one split, such as `Aquarium/Aquarium Combined.v2-raw-1024.coco/test`. */
  folder: Schema.NonEmptyString,
  /** The file in it. */
  annotations: Schema.optionalKey(Schema.NonEmptyString),
  /** What to call the data set; by default the names of set and split: `Aquarium-test`. */
  name: Schema.optionalKey(Schema.String),
  onBad
})

type Options = typeof config["Type"]

const fileIn = ({ annotations = "annotations_without_background.json", folder }: Options) => join(folder, annotations)

/** The set's name is the folder above its variant. */
const nameOf = ({ folder, name }: Options): string => name ?? `${basename(dirname(dirname(folder)))}-${basename(folder)}`

/**
 * A split of a set of ODinW, read as by `coco`. Errors and `onBad` as for `coco`.
 *
 * Source: Li et al., "ELEVATER", arXiv 2204.08790, and GLIP's `odinw` folders.
 */
export const odinw = Stage.define({
  kind: "data",
  name: "odinw",
  module: import.meta.url,
  config,
  content: (options) => contentHash(fileIn(options), options.folder, fileName),
  run: (options, _input: unknown) =>
    read({ annotations: fileIn(options), images: options.folder, name: nameOf(options), onBad: options.onBad }, cocoLayout)
})
