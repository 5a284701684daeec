/** Detection data made of questions as files word them. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stage from "../../pipeline/declare/Stage.ts"
import type { Asked } from "../asked.ts"
import type { Dataset } from "../dataset.ts"
import { exchanged } from "../exchanged.ts"
import { listedIn } from "../listed.ts"
import { onBad, type OnBad } from "../problem.ts"
import * as Text from "../Text.ts"
import type { Example, TrueObject } from "./example.ts"
import { boxes } from "./read.ts"

const none = /^(?:none\.?|(?:```json)?\s*\[\s*\]\s*(?:```)?)$/i

/** The boxes of an answer, all of them read; undefined where it is neither boxes nor the word that there are none. */
const objectsOf = (answer: string): ReadonlyArray<TrueObject> | undefined => {
  const found = boxes(answer)
  const written = answer.split("\"bbox_2d\"").length - 1
  if (found.length !== written || (written === 0 && !none.test(Text.strip(answer)))) return undefined
  return found.map(({ box: { x1, x2, y1, y2 }, label }) => ({
    label,
    box: { space: "original", x1, y1, x2, y2 },
    area: (x2 - x1) * (y2 - y1),
    crowd: false
  }))
}

/** What a question with its answer says of its image. */
const detected = ({ answer, id, image, question }: Asked) => {
  const labels = [...new Set(listedIn(question))]
  const objects = objectsOf(answer)
  if (labels.length === 0 || objects === undefined || !objects.every(({ label }) => labels.includes(label))) return undefined
  const present = new Set(objects.map(({ label }) => label))
  const example: Example = {
    id,
    image,
    objects,
    positives: labels.filter((label) => present.has(label)),
    negatives: labels.filter((label) => !present.has(label))
  }
  return { example, boxes: objects.map(({ box }) => box) }
}

const stage = Stage.define({
  kind: "data",
  name: "exchanges",
  module: import.meta.url,
  config: Schema.Struct({ onBad }),
  parts: { data: Stage.part<void, Dataset<Asked>>() },
  repeatable: true,
  run: ({ onBad }, _input: unknown, { data }) =>
    Effect.gen(function*() {
      const labels = new Set<string>()
      const make = (asked: Asked) => {
        const made = detected(asked)
        for (const label of [...made?.example.positives ?? [], ...made?.example.negatives ?? []]) labels.add(label)
        return made
      }
      const made = yield* exchanged(yield* data.run(), onBad, { task: "detection", takes: "a list of labels to detect, with their boxes", make })
      return { ...made, categories: [...labels].sort() }
    })
})

/**
 * Detection examples of questions that list labels as `['red star', 'blue star']`, and answers that are a JSON list of `bbox_2d` and
 * `label` in pixels of the image file, or None: VLM-R1's rows of detection, read by `Data.conversations`. Labels without a box are
 * negatives. The question is put again by the prompt's template.
 *
 * Others, those with a box whose label was not asked for, and rows of another `task` are left out, which is counted and told. Fails with
 * `DataError` at a box that leaves its image, `onBad` as for `Data.coco`, and when none is left.
 */
export const exchanges = <E extends Asked, DataE, DataR>(
  data: Stage.Stage<void, Dataset<E>, DataE, DataR>,
  config: { readonly onBad?: OnBad } = {}
) => stage(config, { data })
