/** How detection asks, and what the true answer is. */
import * as Random from "../../pipeline/Random.ts"
import type { LabeledBox, Spoken } from "../../vision/Box.ts"
import { listed } from "../listed.ts"
import type { Seen } from "../Task.ts"
import { wholeBox } from "../wholeBox.ts"
import type { Example } from "./example.ts"

/** The labels that an example asks for in training, in an order that says nothing about which of them are there. */
export const trainingLabels = (example: Example): ReadonlyArray<string> => {
  const labels = [...example.positives, ...example.negatives]
  return Random.permutation(Random.fold(Random.key(0), "labels", example.id), labels.length).map((i) => labels[i]!)
}

/**
 * In a wording, every `[{labels}]` becomes a list such as `['red star', 'blue star']`, every bare `{labels}` `red star; blue star`: in one
 * pass, so that a label that looks like a mark stays as it is.
 */
export const fill = (wording: string, labels: ReadonlyArray<string>): string =>
  wording.replace(/\[\{labels\}\]|\{labels\}/g, (mark) => mark.startsWith("[") ? listed(labels) : labels.join("; "))

/**
 * The boxes of the labels asked for, in whole numbers, by label as asked, then from left to right, then from top to bottom.
 * Crowd regions are no part of the answer.
 */
export const truth = (example: Example, labels: ReadonlyArray<string>, seen: Seen): ReadonlyArray<LabeledBox<Spoken>> =>
  labels.flatMap((label) =>
    example.objects
      .filter((object) => object.label === label && !object.crowd)
      .map((object): LabeledBox<Spoken> => ({ label, box: wholeBox(object.box, example.image, seen) }))
      .sort((a, b) => a.box.x1 - b.box.x1 || a.box.y1 - b.box.y1)
  )

/** Boxes as the study's models write them: a fenced JSON list on one line, or None. */
export const answer = (boxes: ReadonlyArray<LabeledBox>): string => {
  const items = boxes.map(({ box, label }) =>
    `{"bbox_2d": [${box.x1}, ${box.y1}, ${box.x2}, ${box.y2}], "label": ${JSON.stringify(label)}}`
  )
  return items.length === 0 ? "None" : `\`\`\`json\n[${items.join(", ")}]\n\`\`\``
}

export const solution = (labels: ReadonlyArray<string>, boxes: ReadonlyArray<LabeledBox>): string =>
  `<think>${think(labels, boxes)}</think><answer>${answer(boxes)}</answer>`

/** How many objects of each label there are, which is also a plan of the answer. */
const think = (labels: ReadonlyArray<string>, boxes: ReadonlyArray<LabeledBox>): string =>
  `I see ${labels.map((label) => `${label}: ${boxes.filter((box) => box.label === label).length}`).join(", ")}.`
