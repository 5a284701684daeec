/** The reward of the right label. */
import * as Schema from "effect/Schema"
import { define } from "../reward.ts"
import { Variant } from "../variant.ts"
import { said } from "./read.ts"

/**
 * 1 when the last answer of the completion is the label of the solution's and nothing else, whatever the case and the white
 * space around it, else 0. Where no answer is closed, what follows the thoughts, or the tag that opens one, is the answer, as it is in an
 * evaluation; a solution without a label is an error (0).
 * Both variants are the same: the study published no code of this task.
 *
 * Source: VLM-R1 findings, section 3.2.
 */
export const regionAccuracy = define({
  name: "regionAccuracy",
  module: import.meta.url,
  config: Schema.Struct({ variant: Variant }),
  score: (_, { completion, solution }) => {
    const truth = said(solution)
    if (truth === "") throw new Error("the solution holds no label; write it in <answer></answer>")
    return said(completion) === truth ? 1 : 0
  }
})
