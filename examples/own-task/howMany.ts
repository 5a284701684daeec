/** A task of one's own, counting: how it asks, what the true answer is, how an answer is read and measured. And a reward. */
import { type Data, Reward, Task } from "assay"
import { Metric } from "assay/engine"
import * as Schema from "effect/Schema"

const countOf = ({ objects }: Data.Example, what: string): number => objects.filter(({ label }) => label === what).length

/** The label that the example has most of; undefined for one without objects, which is passed over. */
const commonest = (example: Data.Example): string | undefined =>
  example.positives.toSorted((a, b) => countOf(example, b) - countOf(example, a))[0]

/** The number in the last answer tags; undefined for a text that has none. Any text may come here. */
const numberIn = (text: string): number | undefined => {
  const [, digits] = [...text.matchAll(/<answer>\s*(\d{1,4})\s*<\/answer>/g)].at(-1) ?? []
  return digits === undefined ? undefined : Number(digits)
}

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Counting: a label is asked for, a number is answered. Prompts carry the name, so no two tasks may share one. */
export const howMany = Task.define({
  name: "howMany",
  module: import.meta.url,
  wording: "How many {what} are in the image? Give the number in <answer></answer>.",
  mark: "{what}",
  fill: (wording, what) => wording.replace("{what}", () => what),
  trains: commonest,
  truth: countOf,
  solution: (what, truth) => `<think>I see ${what}: ${truth}.</think><answer>${truth}</answer>`,
  read: numberIn,
  evaluation: {
    config: Schema.Struct({}),
    asks: (_, example) => commonest(example),
    metrics: [Metric.make("accuracy", "%", "higher", "image"), Metric.make("answered", "%", "higher", "image")],
    measure: (answers) => [
      ["accuracy", mean(answers.map(({ answer, prompt }) => answer === prompt.truth ? 100 : 0))],
      ["answered", mean(answers.map(({ answer }) => answer === undefined ? 0 : 100))]
    ]
  }
})

/** 1 for the true number, a half for one beside it, a third for the next, and so on; 0 for no number. In [0, 1]. */
export const near = Reward.define({
  name: "near",
  module: import.meta.url,
  config: Schema.Struct({}),
  score: (_, { completion, solution }) => {
    const [said, truth] = [numberIn(completion), numberIn(solution)]
    if (truth === undefined) throw new Error("the solution holds no number in <answer></answer>")
    return said === undefined ? 0 : 1 / (1 + Math.abs(said - truth))
  }
})
