/** Counting data made of detection data. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Config from "../../pipeline/declare/Config.ts"
import * as Stage from "../../pipeline/declare/Stage.ts"
import * as Random from "../../pipeline/Random.ts"
import type { Annotated } from "../annotated.ts"
import type { Dataset } from "../dataset.ts"
import { derive } from "../derive.ts"
import { count } from "./count.ts"
import type { Example } from "./example.ts"

const stage = Stage.define({
  kind: "data",
  name: "questions",
  module: import.meta.url,
  config: Schema.Struct({
    /** Share of the questions that ask for what is not there. */
    absent: Config.withDefault(Config.Fraction, 0.1),
    seed: Config.withDefault(Config.Whole, 0)
  }),
  parts: { data: Stage.part<void, Dataset<Annotated>>() },
  repeatable: true,
  run: ({ absent, seed }, _input: unknown, { data }) =>
    Effect.flatMap(data.run(), (dataset) =>
      derive(dataset, "questions", "anything to count", (example): Example | undefined => {
        const { id, image } = example
        const found = count(Random.fold(Random.key(seed), "questions", id), example, dataset.categories, absent)
        return found === undefined ? undefined : { id, image, ...found }
      }))
})

/**
 * Counting examples of the images of a data set with labelled boxes, such as `Data.shapes` or `Data.coco`: one label an
 * image, drawn by `seed`; a share `absent` of them (default 0.1) is of labels that the image lacks, whose count is 0.
 *
 * Objects that are not annotated are not counted, so take data that is annotated fully. Labels of crowds are not asked for.
 * Images with nothing to ask are left out; fails with `DataError` when none is left.
 */
export const questions = <E extends Annotated, DataE, DataR>(
  data: Stage.Stage<void, Dataset<E>, DataE, DataR>,
  config: { readonly absent?: number; readonly seed?: number } = {}
) => stage(config, { data })
