/** Referring data made of questions as files word them. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stage from "../../pipeline/declare/Stage.ts"
import type { Asked } from "../asked.ts"
import type { Dataset } from "../dataset.ts"
import { exchanged } from "../exchanged.ts"
import { onBad, type OnBad } from "../problem.ts"
import type { Example } from "./example.ts"
import { box } from "./read.ts"

const worded = /^Please provide the bounding box coordinate of the region this sentence describes: (\S.*?)\.?\s*$/

const referred = ({ answer, id, image, question }: Asked) => {
  const expression = worded.exec(question)?.[1]
  const found = box(answer, "resized")
  if (expression === undefined || found === undefined) return undefined
  const example: Example = { id, image, expression, box: { ...found, space: "original" } }
  return { example, boxes: [found] }
}

const stage = Stage.define({
  kind: "data",
  name: "exchanges",
  module: import.meta.url,
  config: Schema.Struct({ onBad }),
  parts: { data: Stage.part<void, Dataset<Asked>>() },
  repeatable: true,
  run: ({ onBad }, _input: unknown, { data }) =>
    Effect.flatMap(data.run(), (dataset) => exchanged(dataset, onBad, { task: "referring", takes: "an expression with its box", make: referred }))
})

/**
 * Referring examples of questions in VLM-R1's words, "Please provide the bounding box coordinate of the region this sentence describes:
 * ...", and answers with four numbers in brackets, in pixels of the image file, such as `Data.conversations` reads. The question is put
 * again by the prompt's template.
 *
 * Others, and rows of another `task`, are left out, which is counted and told. Fails with `DataError` at a box that leaves its image,
 * `onBad` as for `Data.coco`, and when none is left.
 */
export const exchanges = <E extends Asked, DataE, DataR>(
  data: Stage.Stage<void, Dataset<E>, DataE, DataR>,
  config: { readonly onBad?: OnBad } = {}
) => stage(config, { data })
