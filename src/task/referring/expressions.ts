/** Referring data made of detection data. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Config from "../../pipeline/declare/Config.ts"
import * as Stage from "../../pipeline/declare/Stage.ts"
import * as Random from "../../pipeline/Random.ts"
import { type Annotated, uncrowded } from "../annotated.ts"
import type { Dataset } from "../dataset.ts"
import { derive } from "../derive.ts"
import type { Example } from "./example.ts"
import { express } from "./express.ts"

const stage = Stage.define({
  kind: "data",
  name: "expressions",
  module: import.meta.url,
  config: Schema.Struct({ seed: Config.withDefault(Config.Whole, 0) }),
  parts: { data: Stage.part<void, Dataset<Annotated>>() },
  repeatable: true,
  run: ({ seed }, _input: unknown, { data }) =>
    Effect.flatMap(data.run(), (dataset) =>
      derive(dataset, "expressions", "an object that an expression could single out", (example): Example | undefined => {
        const found = express(uncrowded(example), example.image)
        const key = Random.fold(Random.key(seed), "expressions", example.id)
        const chosen = found[Math.floor(Random.uniformAt(key, 0) * found.length)]
        return chosen === undefined ? undefined : { id: example.id, image: example.image, ...chosen }
      }))
})

/**
 * Referring examples of the images of a data set with labelled boxes, such as `Data.shapes` or `Data.coco`: one expression an
 * image, drawn by `seed` among all that mean exactly one object ("the red star", "the leftmost cat").
 *
 * Images of which nothing can be said unmistakably are left out; fails with `DataError` when none is left.
 */
export const expressions = <E extends Annotated, DataE, DataR>(
  data: Stage.Stage<void, Dataset<E>, DataE, DataR>,
  config: { readonly seed?: number } = {}
) => stage(config, { data })
