/** Region data made of detection data. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Config from "../../pipeline/declare/Config.ts"
import * as Stage from "../../pipeline/declare/Stage.ts"
import * as Random from "../../pipeline/Random.ts"
import { area } from "../../vision/Box.ts"
import type { Annotated } from "../annotated.ts"
import type { Dataset } from "../dataset.ts"
import { derive } from "../derive.ts"
import type { Example } from "./example.ts"
import { offer } from "./offer.ts"

const stage = Stage.define({
  kind: "data",
  name: "choices",
  module: import.meta.url,
  config: Schema.Struct({
    /** Labels to choose from, the true one among them; fewer where there are no more. */
    options: Config.withDefault(Schema.Int.check(Schema.isGreaterThanOrEqualTo(2)), 4),
    seed: Config.withDefault(Config.Whole, 0)
  }),
  parts: { data: Stage.part<void, Dataset<Annotated>>() },
  repeatable: true,
  run: ({ options, seed }, _input: unknown, { data }) =>
    Effect.flatMap(data.run(), (dataset) =>
      derive(dataset, "choices", "an object that another label could be offered for", (example): Example | undefined => {
        const { id, image, objects } = example
        const key = Random.fold(Random.key(seed), "choices", id)
        const candidates = objects.filter(({ box, crowd }) => !crowd && area(box) > 0)
        const object = candidates[Math.floor(Random.uniformAt(key, 0) * candidates.length)]
        if (object === undefined) return undefined
        const offered = offer(key, object, objects, dataset.categories, options)
        return offered.length < 2 ? undefined : { id, image, box: object.box, label: object.label, options: offered }
      }))
})

/**
 * Region examples of the images of a data set with labelled boxes, such as `Data.shapes` or `Data.coco`: one object an image
 * and `options` labels (default 4) to choose from, all drawn by `seed`. Distractors are the labels of the image's other
 * objects, then categories that share words with the true label, then the others.
 *
 * A label that is in the place but was not annotated there would be a right answer that counts as wrong, so take data that
 * is annotated fully. Images without an object, or with no second label to offer, are left out; fails with `DataError` when
 * none is left.
 */
export const choices = <E extends Annotated, DataE, DataR>(
  data: Stage.Stage<void, Dataset<E>, DataE, DataR>,
  config: { readonly options?: number; readonly seed?: number } = {}
) => stage(config, { data })
