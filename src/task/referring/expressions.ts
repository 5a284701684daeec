/** Referring data made of detection data. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Config from "../../pipeline/declare/Config.ts"
import * as Stage from "../../pipeline/declare/Stage.ts"
import * as Random from "../../pipeline/Random.ts"
import * as Rows from "../../pipeline/Rows.ts"
import { Spool } from "../../pipeline/run/services.ts"
import type { LabeledBox } from "../../vision/Box.ts"
import { DataError } from "../dataError.ts"
import type { AnyExample, Dataset } from "../dataset.ts"
import type { Example } from "./example.ts"
import { express } from "./express.ts"

/** What an expression can be about: an image with labelled boxes, of which crowds are nothing that can be meant. */
interface Annotated extends AnyExample {
  readonly objects: ReadonlyArray<LabeledBox<"original"> & { readonly crowd: boolean }>
}

/** Where a crowd of a label stands, nothing of that label stands alone. */
const meant = ({ objects }: Annotated) => {
  const crowded = new Set(objects.filter(({ crowd }) => crowd).map(({ label }) => label))
  return objects.filter(({ label }) => !crowded.has(label))
}

const stage = Stage.define({
  kind: "data",
  name: "expressions",
  module: import.meta.url,
  config: Schema.Struct({ seed: Config.withDefault(Config.Whole, 0) }),
  parts: { data: Stage.part<void, Dataset<Annotated>>() },
  repeatable: true,
  run: ({ seed }, _input: unknown, { data }) =>
    Effect.gen(function*() {
      const dataset = yield* data.run()
      const examples = yield* (yield* Spool).collect(Rows.flatMap(dataset.examples, (chunk) =>
        chunk.flatMap((example): ReadonlyArray<Example> => {
          const found = express(meant(example), example.image)
          const key = Random.fold(Random.key(seed), "expressions", example.id)
          const chosen = found[Math.floor(Random.uniformAt(key, 0) * found.length)]
          return chosen === undefined ? [] : [{ id: example.id, image: example.image, ...chosen }]
        })))
      if (examples.size === 0) {
        return yield* new DataError({
          path: dataset.name,
          message: `No image of "${dataset.name}" holds an object that an expression could single out. Choose another data set.`
        })
      }
      const referring: Dataset<Example> = { ...dataset, name: `${dataset.name}-expressions`, categories: [], examples }
      return referring
    })
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
