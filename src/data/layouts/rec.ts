/** Referring expressions in VLM-R1's rows: RefCOCO, RefCOCO+, RefCOCOg, RefGTA and LISA as that project publishes them. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stage from "../../pipeline/declare/Stage.ts"
import { isOutside } from "../../task/detection/coco/annotations.ts"
import { BadField, requireInside, type Row, sideOf, textOf } from "../../task/detection/coco/fields.ts"
import type { Example } from "../../task/referring/example.ts"
import type { Box, Size } from "../../vision/Box.ts"
import { files } from "./files.ts"
import type { Result } from "./readEntry.ts"
import { listHash, readList } from "./readList.ts"

const config = Schema.Struct(files)

/** One row, before its picture was looked at. */
interface Draft {
  readonly file: string
  readonly size: Size | undefined
  readonly expression: string
  readonly box: Box<"original">
}

/** How VLM-R1 words the question; the expression follows, and a full stop. */
const wording = "Please provide the bounding box coordinate of the region this sentence describes: "

const fileOf = (row: Row): string => {
  const file = textOf(row, "image")
  requireInside("image", file)
  return file
}

/** The expression: `normal_caption`, or what `problem` asks about. */
const expressionOf = (row: Row): string => {
  if (row["normal_caption"] !== undefined) return textOf(row, "normal_caption")
  const problem = textOf(row, "problem")
  const expression = problem.startsWith(wording) ? problem.slice(wording.length).replace(/\.\s*$/, "") : ""
  if (expression !== "") return expression
  throw new BadField("problem", `must begin with "${wording.trim()}", or the row must give its expression as normal_caption`)
}

/** `solution`: x1, y1, x2, y2 in pixels of the image file. */
const boxOf = (row: Row): Box<"original"> => {
  const corners = row["solution"]
  if (!Array.isArray(corners) || corners.length !== 4 || !corners.every(Number.isFinite)) {
    throw new BadField("solution", "must be [x1, y1, x2, y2], four numbers")
  }
  const [x1, y1, x2, y2] = corners as [number, number, number, number]
  if (x1 < x2 && y1 < y2) return { space: "original", x1, y1, x2, y2 }
  throw new BadField("solution", `must be [x1, y1, x2, y2], and [${corners.join(", ")}] is empty or turned inside out`)
}

const draftOf = (row: Row): Draft => ({
  file: fileOf(row),
  size: row["width"] === undefined ? undefined : { width: sideOf(row, "width"), height: sideOf(row, "height") },
  expression: expressionOf(row),
  box: boxOf(row)
})

/** What is wrong with a box in a picture of this size; undefined if nothing. */
const outside = (entry: string, { x1, x2, y1, y2 }: Box, { height, width }: Size) => {
  if (!isOutside(x1, x2 - x1, width) && !isOutside(y1, y2 - y1, height)) return undefined
  const message = `field "solution": [${x1}, ${y1}, ${x2}, ${y2}] leaves the image of ${width} x ${height} pixels. ` +
    "It must be corners in pixels of the file; is the images folder the right one?"
  return { problem: { kind: "a box that leaves the image", entry, message } }
}

/**
 * A data set of referring in VLM-R1's rows; a row is an example, and its place in the file is the example's id.
 *
 * `image`, `problem` or `normal_caption`, and `solution` are read. `bbox_list` is not: it is neither x, y, width, height nor
 * equal to `solution`. Fails with `DataError`, naming file, row and field; `onBad` as for `Data.coco`.
 * Source: om-ai-lab/VLM-R1, rec_jsons_processed.
 */
export const rec = Stage.define({
  kind: "data",
  name: "rec",
  module: import.meta.url,
  config,
  content: ({ annotations, images }) => listHash(annotations, images, (row) => [fileOf(row)]),
  run: (options, _input: unknown) =>
    readList(options, draftOf, ({ box, expression, file, size }, { entry, index }, look) =>
      Effect.map(look(entry, "image", file, size), (found): Result<Example> => {
        if ("problem" in found) return found
        return outside(entry, box, found.image) ?? { example: { id: String(index), image: found.image, expression, box } }
      }))
})
