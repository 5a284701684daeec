/** Detection: find every object of the labels that are asked for. */
import * as Schema from "effect/Schema"
import { boxRows } from "../boxRows.ts"
import * as Task from "../Task.ts"
import * as Measure from "./Measure.ts"
import * as Question from "./Question.ts"
import { boxes } from "./read.ts"
import { current } from "./wordings.ts"

/**
 * Labels are asked for, boxes are answered: a fenced JSON list of `{"bbox_2d": [x1, y1, x2, y2], "label": ...}`, or None.
 *
 * Training asks for an example's positives and hard negatives. An evaluation asks for the labels that are in the image
 * (mode "positive"; images without labels are passed over), for these and the hard negatives ("asked"), or for every category of
 * the data set ("all").
 *
 * Source: VLM-R1 findings, sections 1.5 and 2.1.
 */
export const detection = Task.define({
  name: "detection",
  module: import.meta.url,
  wording: current,
  mark: "{labels}",
  fill: Question.fill,
  trains: (example) => {
    const labels = Question.trainingLabels(example)
    return labels.length === 0 ? undefined : labels
  },
  truth: Question.truth,
  solution: Question.solution,
  read: (text, { space }) => boxes(text, space),
  keeps: ({ truth }, said) => boxRows(truth, said),
  evaluation: {
    config: Schema.Struct({ mode: Schema.Literals(["positive", "asked", "all"]) }),
    asks: ({ mode }, example, { categories }) => {
      const labels = mode === "positive" ? example.positives : mode === "asked" ? Question.trainingLabels(example) : categories
      return labels.length === 0 ? undefined : labels
    },
    metrics: Measure.metrics,
    measure: Measure.measure,
    keeps: (answered) => boxRows(Measure.truthOf(answered), Measure.saidOf(answered))
  }
})
