/** A study of which one stage, the same for all variants, needs a card of its machine, and leaves a file. */
import { Experiment, Pipeline } from "assay"
import { Stage } from "assay/engine"
import * as Schema from "effect/Schema"
import * as Toy from "../../pipeline/toy.ts"

export const render = Stage.define({
  kind: "filter",
  name: "render",
  module: import.meta.url,
  config: Schema.Struct({ cards: Schema.Int }),
  resources: ({ cards }) => ({ gpu: cards }),
  run: (_config, input: Toy.Numbers) => input
})

export default Experiment.make("cards", {
  question: "Is it left to a machine that has one?",
  policy: Toy.vector({ size: 1 }),
  seeds: 1,
  axes: { scale: { half: Toy.ask({ scale: 0.5 }), whole: Toy.ask({ scale: 1 }) } },
  pipeline: ({ scale }) => Pipeline.from(Toy.count({ to: 5000 })).pipe(render({ cards: 1 }), scale, Toy.measure({ mode: "sum" })),
  table: { metrics: ["score"] }
})
