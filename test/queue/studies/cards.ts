/** A study that needs a card of its machine. */
import { Experiment, Pipeline } from "assay"
import { Stage } from "assay/engine"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Toy from "../../pipeline/toy.ts"

export const render = Stage.define({
  kind: "evaluate",
  name: "render",
  module: import.meta.url,
  config: Schema.Struct({ cards: Schema.Int }),
  gives: "input",
  resources: ({ cards }) => ({ gpu: cards }),
  run: () => Effect.void
})

export default Experiment.make("cards", {
  question: "Is it left to a machine that has one?",
  policy: Toy.vector({ size: 1 }),
  seeds: 1,
  axes: { cards: { one: render({ cards: 1 }), two: render({ cards: 2 }) } },
  pipeline: ({ cards }) => Pipeline.from(Toy.count({ to: 3 })).pipe(cards, Toy.ask({ scale: 1 }), Toy.measure({ mode: "sum" })),
  table: { metrics: ["score"] }
})
