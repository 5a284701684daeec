/** The reward of the right number. */
import * as Schema from "effect/Schema"
import { define } from "../reward.ts"
import { Variant } from "../variant.ts"
import { number, published } from "./read.ts"

const readings = { faithful: published, fixed: number }

/**
 * 1 when the completion's number is the solution's, else 0. A solution without a number is an error (0).
 *
 * `fixed`: the first whole number of the last answer, or, where there is none, of what follows the thoughts; digits in a word, as in
 * "3D", are none.
 * `faithful`: the first answer that holds digits and nothing else but white space, so that "4." and "about 4" are wrong.
 *
 * Source: the evaluation of SuperCLEVR in VLM-R1's first version, after R1-V.
 */
export const countingAccuracy = define({
  name: "countingAccuracy",
  module: import.meta.url,
  config: Schema.Struct({ variant: Variant }),
  score: ({ variant }, { completion, solution }) => {
    const read = readings[variant]
    const truth = read(solution)
    if (truth === undefined) throw new Error("the solution holds no whole number; write it in <answer></answer>")
    return read(completion) === truth ? 1 : 0
  }
})
