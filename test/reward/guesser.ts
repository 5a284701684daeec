/** A policy that guesses boxes, and a training stage that learns nothing: what a loop needs to score rollouts. */
import { Policy, Random, Stage } from "assay/engine"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { ScoredRollouts } from "../../src/rollout/rollouts.ts"
import { sayer } from "../policy/sayer.ts"

/** Answers with the one box of `truth`, moved to the right by up to a fifth of its width. */
export const guesser = Policy.define({
  name: "guesser",
  module: import.meta.url,
  config: Schema.Struct({ label: Schema.String }),
  offers: [Policy.Sampler],
  layer: ({ label }) =>
    Layer.merge(
      sayer((key, answer) => {
        const x = Math.floor(20 * Random.uniformAt(key, answer))
        return `<answer>[{"bbox_2d": [${x}, 0, ${x + 100}, 100], "label": "${label}"}]</answer>`
      }),
      Policy.stateless
    )
})

export const learnNothing = Stage.define({
  kind: "update",
  name: "learnNothing",
  module: import.meta.url,
  config: Schema.Struct({}),
  run: (_, _rollouts: ScoredRollouts) => {}
})
