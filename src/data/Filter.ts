/** Data filters: stages from data set to data set. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Config from "../pipeline/declare/Config.ts"
import * as Stage from "../pipeline/declare/Stage.ts"
import type { RowsError } from "../pipeline/Rows.ts"
import type { Spool } from "../pipeline/run/services.ts"
import { DataError } from "../task/dataError.ts"
import type { AnyExample, Dataset } from "../task/dataset.ts"
import type { Example } from "../task/detection/example.ts"
import { asks, hasFew, hasOneEach, isFew } from "./filters/boxCounts.ts"
import { keep, refine } from "./filters/keep.ts"
import { keepLabels } from "./filters/keepLabels.ts"

const Limit = Schema.Struct({ n: Config.Count })

type Detection = Dataset<Example>

const perCategory = Stage.define({
  kind: "filter",
  name: "maxBoxesPerCategory",
  module: import.meta.url,
  config: Limit,
  run: ({ n }, dataset: Detection) =>
    refine(`maxBoxesPerCategory(${n})`, dataset, (examples) =>
      examples.flatMap((example) => keepLabels(example, isFew(example, n))))
})

/**
 * Drops, image by image, the labels with more than `n` boxes (not counting crowd regions), with all their objects.
 *
 * Images that lose every label are dropped. Source: VLM-R1 findings, section 2.1, COCO_pos_1 (COCO_filtered) with n =
 * 10.
 */
export const maxBoxesPerCategory = (n: number) => perCategory({ n })

const inAll = Stage.define({
  kind: "filter",
  name: "maxBoxes",
  module: import.meta.url,
  config: Limit,
  run: ({ n }, dataset: Detection) =>
    keep(`maxBoxes(${n})`, dataset, (example) => hasFew(example, n))
})

/**
 * Keeps the images whose labels have at most `n` boxes in all (not counting crowd regions), and with something to ask.
 *
 * Source: VLM-R1 findings, section 2.1, COCO_pos_3 with n = 10.
 */
export const maxBoxes = (n: number) => inAll({ n })

const oneEach = Stage.define({
  kind: "filter",
  name: "oneBoxPerCategory",
  module: import.meta.url,
  config: Schema.Struct({}),
  run: (_, dataset: Detection) => keep("oneBoxPerCategory()", dataset, hasOneEach)
})

/**
 * Keeps the images each of whose labels has exactly one box (not counting crowd regions), and with something to ask.
 *
 * Source: VLM-R1 findings, section 2.1, COCO_pos_2.
 */
export const oneBoxPerCategory = () => oneEach({})

/**
 * Keeps, image by image, the labels all of whose boxes have an area of at least `min` and at most `max`, as fractions
 * of the image's area (0 and 1 unless given), measured by COCO's `area`; the study's small objects are `{ max: 0.005
 * }`.
 *
 * A label with one box out of bounds goes as a whole, since asking for some of its objects would make finding the
 * others wrong. Images that lose every label are dropped. Source: VLM-R1 findings, section 3.1.
 */
export const area = Stage.define({
  kind: "filter",
  name: "area",
  module: import.meta.url,
  config: Schema.Struct({ min: Schema.optionalKey(Config.Fraction), max: Schema.optionalKey(Config.Fraction) }),
  run: ({ max = 1, min = 0 }, dataset: Detection) =>
    refine(`area({ min: ${min}, max: ${max} })`, dataset, (examples) =>
      examples.flatMap((example) => {
        const pixels = example.image.width * example.image.height
        const outside = example.objects.filter((object) =>
          !object.crowd && (object.area < min * pixels || object.area > max * pixels)
        )
        const dropped = new Set(outside.map((object) => object.label))
        return keepLabels(example, (label) => !dropped.has(label))
      }))
})

const among = Stage.define({
  kind: "filter",
  name: "categories",
  module: import.meta.url,
  config: Schema.Struct({ labels: Schema.NonEmptyArray(Schema.NonEmptyString) }),
  run: ({ labels }, dataset: Detection) =>
    Effect.gen(function*() {
      const unknown = labels.filter((label) => !dataset.categories.includes(label))
      if (unknown.length > 0) {
        return yield* new DataError({
          path: dataset.name,
          message: `Filter categories: "${dataset.name}" has no category "${unknown.join("\", \"")}". ` +
            `It has ${dataset.categories.slice(0, 100).join(", ")}.`
        })
      }
      const wanted = new Set<string>(labels)
      const only = (label: string) => wanted.has(label)
      const categories = dataset.categories.filter(only)
      return yield* refine(`categories([${labels.join(", ")}])`, { ...dataset, categories }, (examples) =>
        examples.flatMap((example) => keepLabels(example, only))
          .map((example) => ({ ...example, negatives: example.negatives.filter(only) })).filter(asks))
    })
})

/**
 * Keeps these labels only: among the objects, the labels to ask for, the hard negatives and the data set's categories.
 *
 * Images that lose every label are dropped. Fails with `DataError` when the data set does not know one of them.
 */
export const categories = (labels: readonly [string, ...ReadonlyArray<string>]) => among({ labels })

const first = Stage.define({
  kind: "filter",
  name: "take",
  module: import.meta.url,
  config: Limit,
  run: ({ n }, dataset: Dataset) => {
    let left = n
    return refine(`take(${n})`, dataset, (examples) => {
      const taken = examples.slice(0, left)
      left -= taken.length
      return taken
    })
  }
})

/** Keeps the first `n` examples, or all when there are fewer. Of any task; of detection unless its type says otherwise. */
export const take = <E extends AnyExample = Example>(n: number): Takes<E> => first({ n }) as never // it changes no example

type Takes<E extends AnyExample> = Stage.Stage<Dataset<E>, Dataset<E>, DataError | RowsError, Spool>

export { apartFrom, distinct } from "./filters/byPicture.ts"
export { balance } from "./filters/balance.ts"
export { pos1, pos2, pos3 } from "./filters/cocoPos.ts"
export { singleClass } from "./filters/singleClass.ts"
