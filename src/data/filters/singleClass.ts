/** Questions about one label. */
import * as Schema from "effect/Schema"
import * as Config from "../../pipeline/declare/Config.ts"
import * as Stage from "../../pipeline/declare/Stage.ts"
import * as Random from "../../pipeline/Random.ts"
import type { Dataset } from "../../task/dataset.ts"
import type { Example } from "../../task/detection/example.ts"
import { refine } from "./keep.ts"

const single = Stage.define({
  kind: "filter",
  name: "singleClass",
  module: import.meta.url,
  config: Schema.Struct({
    of: Config.withDefault(Schema.Literals(["images", "labels"]), "images"),
    seed: Config.withDefault(Config.Whole, 0)
  }),
  run: ({ of, seed }, dataset: Dataset<Example>) =>
    refine(`singleClass({ of: ${of} })`, dataset, (examples) =>
      examples.flatMap((example) => {
        const { id, objects, positives } = example
        if (positives.length === 0 || (of === "images" && positives.length > 1)) return []
        const at = Math.floor(Random.uniformAt(Random.fold(Random.key(seed), "singleClass", id), 0) * positives.length)
        const label = positives[at]!
        return [{ ...example, positives: [label], negatives: [], objects: objects.filter((object) => object.label === label) }]
      }))
})

/**
 * Asks about one label an image, and no hard negatives: of the images that have just one (`of: "images"`, the default), or of every
 * image about one of its labels, drawn by `seed` (`of: "labels"`). Source: VLM-R1 findings, section 3.2, "single class".
 */
export const singleClass = (config: Parameters<typeof single>[0] = {}) => single(config)
