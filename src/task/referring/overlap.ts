/** The reward of a box that is where it should be. */
import * as Schema from "effect/Schema"
import { iou } from "../../vision/Box.ts"
import { define } from "../reward.ts"
import { box } from "./read.ts"

/**
 * IoU of the one box of the answer with that of the solution, in [0, 1]: the first four numbers in brackets of each one's last
 * answer. No box: 0; a solution without one is an error (0).
 *
 * Source: VLM-R1, IoU reward of referring, without its one pixel less.
 */
export const overlap = define({
  name: "overlap",
  module: import.meta.url,
  config: Schema.Struct({}),
  score: (_, { completion, solution }) => {
    const truth = box(solution, "resized")
    if (truth === undefined) throw new Error("no box can be read from the solution; write [x1, y1, x2, y2] in it")
    const said = box(completion, "resized")
    return said === undefined ? 0 : iou(said, truth)
  }
})
