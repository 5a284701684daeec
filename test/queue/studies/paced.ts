/** A study for several machines whose training takes a while: each step writes down who makes it. */
import { appendFileSync } from "node:fs"
import { Experiment, Pipeline } from "assay"
import { LoopStep, Stage } from "assay/engine"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Toy from "../../pipeline/toy.ts"

/** Takes a while, and says so in the file of executions. */
export const paced = Stage.define({
  kind: "update",
  name: "paced",
  module: import.meta.url,
  config: Schema.Struct({}),
  gives: "input",
  run: (_config, _input: unknown) =>
    Effect.gen(function*() {
      const { step } = yield* LoopStep
      yield* Effect.sleep(200)
      appendFileSync(process.env["ASSAY_TEST_EXECUTIONS"]!, `step ${step} - ${process.pid}\n`)
    })
})

export default Experiment.make("paced", {
  question: "Does a training go on elsewhere when its machine is gone?",
  policy: Toy.vector({ size: 4 }),
  seeds: 1,
  pipeline: () =>
    Pipeline.from(Toy.count({ to: 10 })).pipe(
      Toy.ask({ scale: 0.5 }),
      Pipeline.loop(
        { steps: 12, batch: 3, checkpointEvery: 1 },
        Toy.sample({ groupSize: 2 }),
        Toy.score(Toy.low({ sharpness: 1 })),
        paced({}),
        Toy.climb({ rate: 0.1 })
      ),
      Toy.measure({ mode: "sum" })
    ),
  table: { metrics: ["score"] }
})
