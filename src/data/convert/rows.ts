/** VLM-R1's rows, written: referring expressions, and conversations of any task. */
import * as Question from "../../task/detection/Question.ts"
import { current } from "../../task/detection/wordings.ts"
import type { AnyExample } from "../../task/dataset.ts"
import type { Example } from "../../task/referring/example.ts"
import { isDetection, isExchange, isReferring } from "../inspect/shown.ts"
import { jsonLines, type Output, type Source } from "./target.ts"

const wording = "Please provide the bounding box coordinate of the region this sentence describes: "

/** `rec.jsonl`: a row an expression, its box as corners in pixels. */
export const rec = ({ examples, fileOf }: Source<Example>): ReadonlyArray<Output> => [{
  path: "rec.jsonl",
  text: jsonLines(examples(), (example, id) => {
    const { box: { x1, x2, y1, y2 }, expression, image: { height, width } } = example
    return {
      id,
      image: fileOf(example),
      width,
      height,
      normal_caption: expression,
      problem: `${wording}${expression}.`,
      solution: [x1, y1, x2, y2]
    }
  })
}]

/** What is asked of an example, and the answer as a model should give it, boxes in whole pixels of the file. */
const turnsOf = (example: AnyExample): readonly [question: string, answer: string] => {
  if (isExchange(example)) return [example.question, example.answer]
  if (isReferring(example)) {
    const { x1, x2, y1, y2 } = example.box
    return [`${wording}${example.expression}.`, `\`\`\`json\n{"bbox_2d": [${[x1, y1, x2, y2].map(Math.round).join(", ")}]}\n\`\`\``]
  }
  if (!isDetection(example)) throw new Error(`example ${example.id} is of no task that can be written`)
  const labels = Question.trainingLabels(example)
  const { height, width } = example.image
  const truth = Question.truth(example, labels, { input: { width, height }, space: "resized" })
  return [Question.fill(current, labels), Question.answer(truth)]
}

/** Whether there is nothing to ask about an example: detection without labels. */
export const asksNothing = (example: AnyExample): boolean => isDetection(example) && Question.trainingLabels(example).length === 0

/** `conversations.jsonl`: a row a question, of any task. */
export const conversations = ({ examples, fileOf }: Source): ReadonlyArray<Output> => [{
  path: "conversations.jsonl",
  text: jsonLines(examples(), (example, id) => {
    const [question, answer] = turnsOf(example)
    const method = isExchange(example) && example.method !== undefined ? { accu_reward_method: example.method } : {}
    const turns = [{ from: "human", value: `<image>${question}` }, { from: "gpt", value: answer }]
    return { id, image: fileOf(example), conversations: turns, ...method }
  })
}]
