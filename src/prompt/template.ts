import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { DataError } from "../task/dataError.ts"
import type { Dataset } from "../task/detection/example.ts"
import { withDefault } from "../pipeline/declare/ConfigCodec.ts"
import * as Stage from "../pipeline/declare/Stage.ts"
import { Policy, type PolicyError } from "../policy/Policy.ts"
import type { Size } from "../vision/Box.ts"
import { make, trainingLabels } from "../task/detection/question.ts"
import type { Prompt, Prompts } from "../task/prompt.ts"

const config = Schema.Struct({
  name: Schema.NonEmptyString,
  question: Schema.String.check(
    Schema.isPattern(/\{labels\}/, { expected: "a question with {labels} where the labels go" })
  ),
  request: Schema.String,
  place: Schema.Literals(["before", "after", "system"]),
  space: withDefault(Schema.Literals(["resized", "thousand"]), "resized")
})

/**
 * Asks a template's question about every example: its positives and negatives, in an order fixed by the example's id.
 *
 * In the question, `[{labels}]` becomes a list such as `['red star', 'blue star']`, a bare `{labels}` `red star; blue
 * star`. Examples with no label are passed over; fails with `DataError` when none is left.
 */
export const template = Stage.define({
  kind: "prompt",
  name: "template",
  module: import.meta.url,
  config,
  subject: "reads",
  run: (options, dataset: Dataset): Effect.Effect<Prompts, PolicyError | DataError, Policy> =>
    Effect.gen(function*() {
      const policy = yield* Policy
      const sizes = new Map<string, Size>()
      const prompts: Array<Prompt> = []
      for (const example of dataset.examples) {
        const labels = trainingLabels(example)
        if (labels.length === 0) continue
        const key = `${example.image.width} ${example.image.height}`
        const input = sizes.get(key) ?? (yield* policy.inputSize(example.image))
        sizes.set(key, input)
        prompts.push(make(options, example, labels, input))
      }
      if (prompts.length === 0) {
        return yield* new DataError({
          path: dataset.name,
          message: `No image of "${dataset.name}" has a label to ask for, so there is nothing to train on. ` +
            "Annotate its images or choose another data set."
        })
      }
      return { template: options, prompts }
    })
})
