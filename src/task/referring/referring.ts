/** Referring: find the one thing that an expression means. */
import * as Schema from "effect/Schema"
import type { Box, LabeledBox, Space } from "../../vision/Box.ts"
import { boxRows } from "../boxRows.ts"
import * as Task from "../Task.ts"
import { Variant } from "../variant.ts"
import { wholeBox } from "../wholeBox.ts"
import * as Measure from "./Measure.ts"
import { box } from "./read.ts"

const fenced = ({ x1, x2, y1, y2 }: Box): string => `\`\`\`json\n{"bbox_2d": [${x1}, ${y1}, ${x2}, ${y2}]}\n\`\`\``

/** Boxes of a sample go by the expression. */
const labelled = <S extends Space>(expression: string, one: Box<S> | undefined): ReadonlyArray<LabeledBox<S>> =>
  one === undefined ? [] : [{ label: expression, box: one }]

/**
 * An expression is asked for, one box is answered: a fenced JSON object `{"bbox_2d": [x1, y1, x2, y2]}`.
 *
 * Of an answer the first four numbers in brackets are its box. Source: VLM-R1 findings, section 6.1, and the task of
 * RefCOCO (Yu et al., arXiv 1608.00272).
 */
export const referring = Task.define({
  name: "referring",
  module: import.meta.url,
  wording: "Please provide the bounding box coordinate of the region this sentence describes: {expression}. Output it in " +
    "<answer></answer> as \n```json\n{\"bbox_2d\": [x1, y1, x2, y2]}\n```",
  mark: "{expression}",
  fill: (wording, expression: string) => wording.replaceAll("{expression}", () => expression),
  trains: (example: Measure.AnsweredReferring["example"]) => example.expression,
  truth: (example, _expression, seen) => wholeBox(example.box, example.image, seen),
  solution: (expression, truth) => `<think>I look for ${expression}.</think><answer>${fenced(truth)}</answer>`,
  read: (text, { space }) => box(text, space),
  keeps: ({ asked, truth }, said) => boxRows(labelled(asked, truth), labelled(asked, said)),
  evaluation: {
    config: Schema.Struct({ variant: Variant }),
    asks: (_config, example) => example.expression,
    metrics: Measure.metrics,
    measure: Measure.measure,
    keeps: (answered) => {
      const { box, expression } = answered.example
      return boxRows(labelled(expression, box), labelled(expression, Measure.saidOf(answered)))
    }
  }
})
