/** A data set through two filters and a template, and rows drawn from it as a loop draws them: `assay run` is given this file. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Data, Experiment, Filter, Pipeline, Policy, Prompt, Random, Stage } from "../../src/index.ts"
import { batches } from "../../src/pipeline/batches.ts"

/** Where `data.ts` has put the files. */
const folder = process.env["ASSAY_BENCH_DATA"] ?? "."

/** The batches of some steps of a loop, by index. */
const draw = Stage.define({
  kind: "evaluate",
  name: "draw",
  module: import.meta.url,
  config: Schema.Struct({ steps: Schema.Int, batch: Schema.Int }),
  gives: "input",
  run: ({ batch, steps }, { rows }: Prompt.Prompts) =>
    Effect.gen(function*() {
      const places = batches(Random.key(0), rows.size, batch)
      for (let step = 0; step < steps; step++) yield* rows.at(places(step))
    })
})

export { draw }

export default Experiment.make("bench-data", {
  question: "What does a large data set take?",
  policy: Policy.tiny(),
  seeds: 1,
  axes: { boxes: { "10": 10 } },
  baseline: { boxes: "10" },
  pipeline: ({ boxes }) =>
    Pipeline.from(Data.coco({ annotations: `${folder}/instances.json`, images: `${folder}/images` })).pipe(
      Filter.maxBoxesPerCategory(boxes),
      Filter.area({ min: 0.001 }),
      Prompt.template(Prompt.enhanced),
      draw({ steps: 100, batch: 16 })
    ),
  table: { rows: "boxes", metrics: [] }
})
