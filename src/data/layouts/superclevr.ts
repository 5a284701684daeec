/** SuperCLEVR's counting questions in R1-V's rows. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stage from "../../pipeline/declare/Stage.ts"
import { BadField, requireInside, type Row, show, textOf } from "../../task/detection/coco/fields.ts"
import type { Exchange } from "./exchange.ts"
import { files } from "./files.ts"
import type { Result } from "./readEntry.ts"
import { listHash, readList } from "./readList.ts"

const config = Schema.Struct(files)

/** The rows say `./images/name.png`, from where R1-V evaluates; here they are taken from the folder of the pictures. */
const fileOf = (row: Row): string => {
  const file = textOf(row, "image_path").replace(/^(\.\/)?images\//, "")
  requireInside("image_path", file)
  return file
}

/** A whole number of things, as a number or in digits. */
const countOf = (row: Row): string => {
  const value = row["ground_truth"]
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return String(value)
  if (typeof value === "string" && /^\d{1,9}$/.test(value)) return value
  throw new BadField("ground_truth", `must be a whole number from 0 on, ${value === undefined ? "but is missing" : `not ${show(value)}`}`)
}

const draftOf = (row: Row) => ({ file: fileOf(row), question: textOf(row, "question"), answer: countOf(row) })

/**
 * Counting questions with their answers in digits; a row is an example, and its place in the file is the example's id.
 *
 * Fails with `DataError`, naming file, row and field; `onBad` as for `Data.coco`.
 * Source: Deep-Agent/R1-V, superclevr_test200_counting_problems.jsonl.
 */
export const superclevr = Stage.define({
  kind: "data",
  name: "superclevr",
  module: import.meta.url,
  config,
  content: ({ annotations, images }) => listHash(annotations, images, (row) => [fileOf(row)]),
  run: (options, _input: unknown) =>
    readList(options, draftOf, ({ answer, file, question }, { entry, index }, look) =>
      Effect.map(look(entry, "image_path", file), (found): Result<Exchange> =>
        "problem" in found
          ? found
          : { example: { id: String(index), image: found.image, task: "counting", question, answer } }))
})
