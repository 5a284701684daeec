/** A study whose stages take their time, and write down when they begin and end, for processes that share its work. */
import { appendFileSync, existsSync } from "node:fs"
import { Experiment, Pipeline } from "assay"
import { Recorder, Stage } from "assay/engine"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { labels, training } from "../../pipeline/labelled.ts"
import * as Toy from "../../pipeline/toy.ts"

const write = (what: string, label: string): void =>
  appendFileSync(process.env["ASSAY_FAULTS_EXECUTIONS"]!, `${what} ${label} ${process.pid} ${performance.timeOrigin + performance.now()}\n`)

/** The first stage waits for this file: until then nobody can have done the work of those that are still starting. */
const open = (): boolean => existsSync(`${process.env["ASSAY_FAULTS_EXECUTIONS"]!}.open`)

/** Takes 100 ms, and says so in the file of executions. */
export const slow = Stage.define({
  kind: "evaluate",
  name: "slow",
  module: import.meta.url,
  config: Schema.Struct({ label: Schema.String }),
  gives: "input",
  run: ({ label }, _input: unknown) =>
    Effect.gen(function*() {
      write("begin", label)
      do yield* Effect.sleep(100)
      while (label === "shared" && !open())
      ;(yield* Recorder).metric("length", label.length)
      write("end", label)
    })
})

/** All cells rest on one stage. */
const prepared = Pipeline.from(Toy.count({ to: 10 })).pipe(slow({ label: "shared" }), Toy.ask({ scale: 0.5 }))

export default Experiment.make("shared", {
  question: "Is anything done twice by processes that share the work?",
  policy: Toy.vector({ size: 4 }),
  seeds: 2,
  axes: { label: labels },
  pipeline: ({ label }) =>
    prepared.pipe(
      training(label),
      slow({ label }),
      Toy.measure({ mode: "sum" })
    ),
  table: { metrics: ["score"] }
})
