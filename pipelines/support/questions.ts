/** Questions of the kind that an evaluation asks, some of them answered by halves. */
import { Data, Policy, Prompt, Random, Stage, Task } from "assay"
import * as Schema from "effect/Schema"
import { alike, type Detection, fromPictures } from "./pictures.ts"

/**
 * All labels of the picture or some of them, each number of them as often, and now and then an absent label that shares a
 * word with them, or that one alone; in random order.
 */
const labelsToAsk = (example: Data.Example, categories: ReadonlyArray<string>, key: Random.Key): ReadonlyArray<string> => {
  const next = Random.stream(key)
  const upTo = (n: number): number => Math.floor(next() * n)
  const shuffled = Random.permutation(Random.fold(key, "order"), example.positives.length).map((i) => example.positives[i]!)
  const present = next() < 0.5 ? shuffled : shuffled.slice(0, 1 + upTo(shuffled.length))
  const tempting = alike(example, categories, present)
  const absent = tempting.slice(upTo(tempting.length)).slice(0, 1)
  const kind = next()
  const asked = kind < 0.05 ? absent : kind < 0.25 ? [...present, ...absent] : present
  return Random.permutation(Random.fold(key, "shuffle"), asked.length).map((i) => asked[i]!)
}

/** The picture as somebody sees it who stops looking after the first few objects that are asked for, at least one. */
const overlooked = (example: Data.Example, prompt: Detection, key: Random.Key): Data.Example => {
  const order = (object: Data.Example["objects"][number]) => prompt.asked.indexOf(object.label)
  const asked = example.objects.filter((object) => order(object) >= 0)
    .toSorted((a, b) => order(a) - order(b) || a.box.x1 - b.box.x1 || a.box.y1 - b.box.y1)
  if (asked.length < 2) return example
  return { ...example, objects: asked.slice(0, 1 + Math.floor(Random.uniformAt(key, 0) * (asked.length - 1))) }
}

/**
 * Two questions a picture, of the kind that an evaluation asks.
 *
 * A share `partial` of the answers leaves out some of the objects where there are several.
 */
export const questions = Stage.define({
  kind: "prompt",
  name: "questions",
  module: import.meta.url,
  config: Schema.Struct({ partial: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })) }),
  subject: "reads",
  needs: [Policy.Sampler],
  run: ({ partial }, dataset: Data.Dataset<Data.Example>) =>
    fromPictures(dataset, (example, input) =>
      ["first", "second"].map((draw) => {
        const key = Random.fold(Random.key(0), "questions", example.id, draw)
        const labels = labelsToAsk(example, dataset.categories, key)
        const whole = Prompt.make(Task.detection.task, Prompt.standard, example, labels, input)
        return Random.uniformAt(Random.fold(key, "partial"), 0) < partial
          ? Prompt.make(Task.detection.task, Prompt.standard, overlooked(example, whole, Random.fold(key, "overlooked")), labels, input)
          : whole
      }))
})
