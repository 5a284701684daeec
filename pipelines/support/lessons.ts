/** Lessons for a model that knows nothing yet: what is where in a picture. */
import { Data, Policy, Prompt, Random, Stage, Task } from "assay"
import * as Schema from "effect/Schema"
import { alike, type Detection, fromPictures } from "./pictures.ts"

/** What is asked for when everything in the picture is to be named. */
export const everything = "every shape"

/**
 * One or two labels of the picture, sometimes with a hard negative (an absent label of the same colour or form), and now and
 * then nothing but hard negatives; in random order.
 */
const labelsToAsk = (example: Data.Example, categories: ReadonlyArray<string>, key: Random.Key): ReadonlyArray<string> => {
  const next = Random.stream(key)
  const pick = (labels: ReadonlyArray<string>): string => labels[Math.floor(next() * labels.length)]!
  const shuffled = Random.permutation(Random.fold(key, "order"), example.positives.length)
  const present = shuffled.slice(0, next() < 0.5 ? 1 : 2).map((i) => example.positives[i]!)
  const absent = alike(example, categories, present)
  if (next() < 0.08) return [pick(absent)]
  const asked = next() < 0.4 ? [...present, pick(absent)] : present
  return Random.permutation(Random.fold(key, "shuffle"), asked.length).map((i) => asked[i]!)
}

/** All objects of the picture by name, from left to right: what a picture is worth before anybody asks. */
const nameAll = (prompt: Detection): Detection => {
  const truth = prompt.truth.toSorted((a, b) => a.box.x1 - b.box.x1 || a.box.y1 - b.box.y1)
  const answer = Task.detection.task.solution(prompt.asked, truth).replace(/^.*?<answer>/s, "<answer>")
  return { ...prompt, truth, asked: [everything], solution: `<think>I see ${everything}: ${truth.length}.</think>${answer}` }
}

/**
 * Two lessons a picture: name everything in it, and answer a question about one or two labels.
 *
 * The first ties what is seen to words and places directly; without it, a small model takes very long to find out that the
 * words of a question have anything to do with the picture.
 */
export const lessons = Stage.define({
  kind: "prompt",
  name: "lessons",
  module: import.meta.url,
  config: Schema.Struct({}),
  subject: "reads",
  needs: [Policy.Sampler],
  run: (_, dataset: Data.Dataset<Data.Example>) =>
    fromPictures(dataset, (example, input) => {
      const key = Random.fold(Random.key(0), "lessons", example.id)
      const asked = labelsToAsk(example, dataset.categories, key)
      const question = Prompt.make(Task.detection.task, Prompt.standard, example, asked, input)
      const naming = nameAll(Prompt.make(Task.detection.task, Prompt.standard, example, example.positives, input))
      return [naming, question]
    })
})
