/** Counting: say how many objects of a label there are. */
import * as Schema from "effect/Schema"
import * as Task from "../Task.ts"
import type { Example } from "./example.ts"
import * as Measure from "./Measure.ts"
import { number } from "./read.ts"

/**
 * A label is asked for, a number is answered.
 *
 * The question is SuperCLEVR's ("How many different items are there in the image?") with a label for "different items".
 * Source: VLM-R1 findings, section 7.1; Li et al., arXiv 2212.00259.
 */
export const counting = Task.define({
  name: "counting",
  module: import.meta.url,
  wording: "How many {label} are there in the image?",
  mark: "{label}",
  fill: (wording, label: string) => wording.replaceAll("{label}", () => label),
  trains: (example: Example) => example.label,
  truth: (example) => example.count,
  solution: (label, count) => `<think>I see ${label}: ${count}.</think><answer>${count}</answer>`,
  read: (text) => number(text),
  evaluation: {
    config: Schema.Struct({}),
    asks: (_config, example) => example.label,
    metrics: Measure.metrics,
    measure: Measure.measure
  }
})
