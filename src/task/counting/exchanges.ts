/** Counting data made of questions as files word them. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stage from "../../pipeline/declare/Stage.ts"
import { type Asked, isOf } from "../asked.ts"
import type { Dataset } from "../dataset.ts"
import { derive } from "../derive.ts"
import type { Example } from "./example.ts"

const worded = /^how many (\S.*?) (?:are there|are|is there)(?: in the image)?\?$/i

const counted = (asked: Asked): Example | undefined => {
  const { answer, id, image, question } = asked
  if (!isOf("counting", asked)) return undefined
  const label = worded.exec(question.trim())?.[1]
  return label === undefined || !/^\d{1,9}$/.test(answer) ? undefined : { id, image, label, count: Number(answer) }
}

const stage = Stage.define({
  kind: "data",
  name: "exchanges",
  module: import.meta.url,
  config: Schema.Struct({}),
  parts: { data: Stage.part<void, Dataset<Asked>>() },
  repeatable: true,
  run: (_, _input: unknown, { data }) =>
    Effect.flatMap(data.run(), (dataset) => derive(dataset, "exchanges", "a question of how many there are", counted))
})

/**
 * Counting examples of questions that ask "How many ... are there in the image?", such as those of `Data.superclevr`. Others, those whose
 * answer is no whole number, and rows of another `task` are left out; fails with `DataError` when none is left.
 */
export const exchanges = <E extends Asked, DataE, DataR>(data: Stage.Stage<void, Dataset<E>, DataE, DataR>) => stage({}, { data })
