/** A grid of cells whose stages do nothing but hand on a number of their own: what is left is the engine. `assay run` takes it. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Policy, Stage, Subject } from "../../src/engine.ts"
import { Experiment, Pipeline } from "../../src/index.ts"

const [cells, stages] = (process.env["ASSAY_BENCH_GRID"] ?? "10x5").split("x").map(Number) as [number, number]

/** Nobody asks it anything. */
export const nobody = Policy.define({
  name: "nobody",
  module: import.meta.url,
  config: Schema.Struct({}),
  offers: [],
  layer: () => Layer.succeed(Subject, { save: () => Effect.void, load: () => Effect.void })
})

interface Numbers {
  readonly value: number
}

export const begin = Stage.define({
  kind: "data",
  name: "begin",
  module: import.meta.url,
  config: Schema.Struct({ value: Schema.Int }),
  run: ({ value }, _: void): Numbers => ({ value })
})

export const next = Stage.define({
  kind: "filter",
  name: "next",
  module: import.meta.url,
  config: Schema.Struct({}),
  run: (_, { value }: Numbers): Numbers => ({ value: value + 0.25 })
})

export default Experiment.make("noop", {
  question: "What does the engine itself take?",
  policy: nobody({}),
  seeds: 1,
  axes: { cell: Object.fromEntries(Array.from({ length: cells }, (_, i) => [`c${i}`, i])) },
  pipeline: ({ cell }) =>
    Array.from({ length: stages - 1 }).reduce<Pipeline.Pipeline<Numbers>>(
      (pipeline) => pipeline.pipe(next({})),
      Pipeline.from(begin({ value: cell as number }))
    ),
  table: { metrics: [] }
})
