import { Data, Prompt, Random, Stage } from "assay"
import * as Schema from "effect/Schema"
import * as Format from "./looseFormat.ts"
import { alike, fromPictures } from "./pictures.ts"

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

/** Two questions a picture, of the kind that an evaluation asks, in the wordings and formats of `looseFormat.ts`. */
export const questions = Stage.define({
  kind: "prompt",
  name: "questions",
  module: import.meta.url,
  config: Schema.Struct({}),
  subject: "reads",
  run: (_, dataset: Data.Dataset) =>
    fromPictures(dataset, (example, input) =>
      ["first", "second"].map((draw) => {
        const key = Random.fold(Random.key(0), "questions", example.id, draw)
        const prompt = Prompt.make(Prompt.standard, example, labelsToAsk(example, dataset.categories, key), input)
        return Format.loosen(prompt, Random.fold(key, "format"))
      }))
})
