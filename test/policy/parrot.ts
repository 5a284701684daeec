/** A policy that only answers: the same words to every question. */
import { Policy, Random, Subject } from "assay/engine"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { sayer } from "./sayer.ts"

const refuse = Effect.fail({ message: "a parrot has no weights" })

export const parrot = Policy.define({
  name: "parrot",
  module: import.meta.url,
  config: Schema.Struct({ says: Schema.String }),
  offers: [Policy.Sampler],
  layer: ({ says }) =>
    Layer.merge(
      sayer((key, answer) => `${says} ${Math.floor(10 * Random.uniformAt(key, answer))}`),
      Layer.succeed(Subject, { save: () => refuse, load: (path) => path === "initial" ? Effect.void : refuse })
    )
})
