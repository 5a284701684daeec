/** Region: say which of some labels names what stands in a box. */
import * as Schema from "effect/Schema"
import type { Box, LabeledBox, Space } from "../../vision/Box.ts"
import { boxRows } from "../boxRows.ts"
import { listed } from "../listed.ts"
import * as Task from "../Task.ts"
import { wholeBox } from "../wholeBox.ts"
import type { Example } from "./example.ts"
import * as Measure from "./Measure.ts"
import { chosen } from "./read.ts"

const corners = ({ x1, x2, y1, y2 }: Box): string => `[${x1}, ${y1}, ${x2}, ${y2}]`

/** Marks are replaced in one pass, so that a label that looks like one stays as it is. */
const fill = (wording: string, { box, options }: Measure.Choice): string =>
  wording.replace(/\{(box|options)\}/g, (_, mark) => mark === "box" ? corners(box) : listed(options))

const choiceOf = ({ box, options }: Example): Measure.Choice => ({ box, options })

/** The box goes by the label that it was given. */
const labelled = <S extends Space>(label: string | undefined, box: Box<S>): ReadonlyArray<LabeledBox<S>> =>
  label === undefined ? [] : [{ label, box }]

/**
 * A box and a list of labels are asked about, the label of what stands in the box is answered, and nothing else.
 *
 * Source: VLM-R1 findings, section 3.2, "single region label", whose wording is not published; this one is ours.
 */
export const region = Task.define({
  name: "region",
  module: import.meta.url,
  wording: "Please carefully check the image and select the object that is in the box {box} from the following options: " +
    "{options}. Output the one label in <answer></answer>.",
  mark: ["{box}", "{options}"],
  fill,
  trains: choiceOf,
  inSpace: (choice, image, seen) => ({ ...choice, box: wholeBox(choice.box, image, seen) }),
  truth: (example) => example.label,
  solution: (_, label) => `<think>I see ${label}.</think><answer>${label}</answer>`,
  read: (text, { asked }) => chosen(text, asked.options),
  keeps: ({ asked, truth }, said) => boxRows(labelled(truth, asked.box), labelled(said, asked.box)),
  evaluation: {
    config: Schema.Struct({}),
    asks: (_config, example) => choiceOf(example),
    metrics: Measure.metrics,
    measure: Measure.measure,
    keeps: ({ answer, example }) => boxRows(labelled(example.label, example.box), labelled(answer, example.box))
  }
})
