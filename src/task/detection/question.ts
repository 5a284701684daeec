import type { Example } from "./example.ts"
import * as Random from "../../pipeline/Random.ts"
import { type Box, convert, type LabeledBox, type Size, type Spoken } from "../../vision/Box.ts"
import type { Message, Prompt, TemplateConfig } from "../prompt.ts"

/**
 * The question of a template about an example, with its true answer: the boxes of the labels asked for, in whole numbers
 * of the template's space (pixels of `input`, or thousandths), by label as asked, then from left to right, then from top
 * to bottom. Crowd regions are no part of the answer.
 */
export const make = (
  template: TemplateConfig,
  example: Example,
  labels: ReadonlyArray<string>,
  input: Size
): Prompt => {
  const space = template.space ?? "resized"
  const truth = labels.flatMap((label) =>
    example.objects
      .filter((object) => object.label === label && !object.crowd)
      .map((object): LabeledBox<Spoken> => ({ label, box: toWhole(object.box, space, example.image, input) }))
      .sort((a, b) => a.box.x1 - b.box.x1 || a.box.y1 - b.box.y1)
  )
  return {
    id: example.id,
    image: example.image,
    input,
    space,
    messages: ask(template, labels),
    labels,
    truth,
    solution: `<think>${think(labels, truth)}</think><answer>${answer(truth)}</answer>`
  }
}

/** The labels that an example asks for in training, in an order that says nothing about which of them are there. */
export const trainingLabels = (example: Example): ReadonlyArray<string> => {
  const labels = [...example.positives, ...example.negatives]
  return Random.permutation(Random.fold(Random.key(0), "labels", example.id), labels.length).map((i) => labels[i]!)
}

/** The messages of a question: the image, then the text. */
export const ask = (template: TemplateConfig, labels: ReadonlyArray<string>): ReadonlyArray<Message> => {
  const question = template.question
    .replace("[{labels}]", () => `[${labels.map(quote).join(", ")}]`)
    .replace("{labels}", () => labels.join("; "))
  const user = (text: string): Message => ({ role: "user", content: [{ type: "image" }, { type: "text", text }] })
  switch (template.place) {
    case "before":
      return [user(`${template.request}\n${question}`)]
    case "after":
      return [user(`${question} ${template.request}`)]
    case "system":
      return [{ role: "system", content: template.request }, user(question)]
  }
}

/** Boxes as the study's models write them: a fenced JSON list on one line, or None. */
export const answer = (boxes: ReadonlyArray<LabeledBox>): string => {
  const items = boxes.map(({ box, label }) =>
    `{"bbox_2d": [${box.x1}, ${box.y1}, ${box.x2}, ${box.y2}], "label": ${JSON.stringify(label)}}`
  )
  return items.length === 0 ? "None" : `\`\`\`json\n[${items.join(", ")}]\n\`\`\``
}

/** How many objects of each label there are, which is also a plan of the answer. */
const think = (labels: ReadonlyArray<string>, truth: ReadonlyArray<LabeledBox>): string =>
  `I see ${labels.map((label) => `${label}: ${truth.filter((box) => box.label === label).length}`).join(", ")}.`

/** A label as Python writes a string in a list, which is how the study's questions were made. */
const quote = (label: string): string => {
  const escaped = label.replaceAll("\\", "\\\\")
  return label.includes("'") && !label.includes("\"") ? `"${escaped}"` : `'${escaped.replaceAll("'", "\\'")}'`
}

/** Whole numbers of the model's space: inside the image, and at least one wide and high. */
const toWhole = (box: Box<"original">, space: Spoken, original: Size, input: Size): Box<Spoken> => {
  const exact = convert(box, space, { original, resized: input })
  const [x1, x2] = wholeNumbers(exact.x1, exact.x2, space === "thousand" ? 1000 : input.width)
  const [y1, y2] = wholeNumbers(exact.y1, exact.y2, space === "thousand" ? 1000 : input.height)
  return { space, x1, y1, x2, y2 }
}

const wholeNumbers = (low: number, high: number, side: number): readonly [number, number] => {
  const start = Math.min(Math.max(Math.round(low), 0), side - 1)
  return [start, Math.min(Math.max(Math.round(high), start + 1), side)]
}
