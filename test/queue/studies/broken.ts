/** A study whose cells rest on one stage, which says that it was begun, and fails where it is told to. */
import { appendFileSync } from "node:fs"
import { Experiment, Pipeline } from "assay"
import { Stage } from "assay/engine"
import * as Schema from "effect/Schema"
import * as Toy from "../../pipeline/toy.ts"

export const brittle = Stage.define({
  kind: "filter",
  name: "brittle",
  module: import.meta.url,
  config: Schema.Struct({}),
  run: (_config, input: Toy.Numbers) => {
    appendFileSync(process.env["ASSAY_TEST_EXECUTIONS"]!, "begun\n")
    if (process.env["ASSAY_TEST_BROKEN"] !== undefined) throw new Error("it was told to")
    return input
  }
})

export default Experiment.make("broken", {
  question: "Does a stage that all cells need fail once for all?",
  policy: Toy.vector({ size: 1 }),
  seeds: 1,
  axes: { scale: { half: Toy.ask({ scale: 0.5 }), whole: Toy.ask({ scale: 1 }), twice: Toy.ask({ scale: 2 }) } },
  pipeline: ({ scale }) => Pipeline.from(Toy.count({ to: 10 })).pipe(brittle({}), scale, Toy.measure({ mode: "sum" })),
  table: { metrics: ["score"] }
})
