/** Referring data made of questions as files word them. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stage from "../../pipeline/declare/Stage.ts"
import { type Asked, isIn, isOf } from "../asked.ts"
import type { Dataset } from "../dataset.ts"
import { derive } from "../derive.ts"
import type { Example } from "./example.ts"
import { box } from "./read.ts"

const worded = /^Please provide the bounding box coordinate of the region this sentence describes: (\S.*?)\.?\s*$/

const referred = (asked: Asked): Example | undefined => {
  const { answer, id, image, question } = asked
  const expression = worded.exec(question)?.[1]
  const found = box(answer, "resized")
  if (!isOf("referring", asked) || expression === undefined || found === undefined || !isIn(image, found)) return undefined
  return { id, image, expression, box: { ...found, space: "original" } }
}

const stage = Stage.define({
  kind: "data",
  name: "exchanges",
  module: import.meta.url,
  config: Schema.Struct({}),
  parts: { data: Stage.part<void, Dataset<Asked>>() },
  repeatable: true,
  run: (_, _input: unknown, { data }) =>
    Effect.flatMap(data.run(), (dataset) => derive(dataset, "exchanges", "an expression with its box", referred))
})

/**
 * Referring examples of questions in VLM-R1's words, "Please provide the bounding box coordinate of the region this sentence describes:
 * ...", and answers with four numbers in brackets, in pixels of the image file, such as `Data.conversations` reads. The question is put
 * again by the prompt's template.
 *
 * Others, and those whose box leaves its image, are left out, as are rows of another `task`; fails with `DataError` when none is left.
 */
export const exchanges = <E extends Asked, DataE, DataR>(data: Stage.Stage<void, Dataset<E>, DataE, DataR>) => stage({}, { data })
