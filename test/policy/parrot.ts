/** A policy that only answers: the same words to every question. */
import { Policy, Random, Subject } from "assay/engine"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

const refuse = Effect.fail({ message: "a parrot has no weights" })

export const parrot = Policy.define({
  name: "parrot",
  module: import.meta.url,
  config: Schema.Struct({ says: Schema.String }),
  offers: [Policy.Sampler],
  layer: ({ says }) =>
    Layer.merge(
      Layer.succeed(Policy.Sampler, {
        inputSize: Effect.succeed,
        render: ({ messages }) => Effect.succeed(JSON.stringify(messages)),
        sample: (questions, { n }) =>
          Effect.succeed(questions.map(({ key }) =>
            Array.from({ length: n }, (_, i) => ({
              text: `${says} ${Math.floor(10 * Random.uniformAt(key, i))}`,
              tokens: [],
              logprobs: [],
              finishReason: "stop" as const
            }))
          ))
      }),
      Layer.succeed(Subject, { save: () => refuse, load: (path) => path === "initial" ? Effect.void : refuse })
    )
})
