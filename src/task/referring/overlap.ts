/** The reward of a box that is where it should be. */
import * as Schema from "effect/Schema"
import { define } from "../reward.ts"
import { Variant } from "../variant.ts"
import { box } from "./read.ts"
import * as Reading from "./Reading.ts"

/**
 * IoU of the one box of the answer with that of the solution, in [0, 1]. No box: 0; a solution without one is an error (0).
 * A solution's box is the first four numbers in brackets of its last answer.
 *
 * `fixed`: an answer's box is read likewise, or from the whole text where there is no answer; the IoU is the plain one.
 * `faithful`: it is the first four whole numbers in brackets of the first answer, and an overlap of at most one pixel in
 * either direction counts as none.
 *
 * Source: VLM-R1, IoU reward of referring, which compares in pixels of the image file; this compares in the model's.
 */
export const overlap = define({
  name: "overlap",
  module: import.meta.url,
  config: Schema.Struct({ variant: Variant }),
  score: ({ variant }, { completion, solution }) => {
    const truth = box(solution, "resized")
    if (truth === undefined) throw new Error("no box can be read from the solution; write [x1, y1, x2, y2] in it")
    const reading = Reading.of[variant]
    const said = reading.box(completion, "resized")
    return said === undefined ? 0 : reading.iou(said, truth)
  }
})
