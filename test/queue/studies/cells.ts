/** A study for several machines: its stages write down who executes them, and its cells rest on one stage. */
import { appendFileSync } from "node:fs"
import { Experiment, Pipeline } from "assay"
import { Recorder, Stage } from "assay/engine"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Execution } from "../../../src/pipeline/run/execution.ts"
import { answer } from "../../cli/studies/tastes.ts"
import { labels, training } from "../../pipeline/labelled.ts"
import * as Toy from "../../pipeline/toy.ts"

const write = (what: string, label: string, fingerprint: string): void =>
  appendFileSync(process.env["ASSAY_TEST_EXECUTIONS"]!, `${what} ${label} ${fingerprint} ${process.pid}\n`)

const config = Schema.Struct({ label: Schema.String })

/** Takes half a second, and says so in the file of executions. */
const wait = ({ label }: typeof config.Type, _input: unknown) =>
  Effect.gen(function*() {
    const { fingerprint } = yield* Execution
    write("begin", label, fingerprint)
    yield* Effect.sleep(500)
    ;(yield* Recorder).metric("length", label.length)
    write("end", label, fingerprint)
  })

/** The same for all seeds. */
export const slow = Stage.define({ kind: "evaluate", name: "slow", module: import.meta.url, config, gives: "input", run: wait })

/** Every seed's own. */
export const drawn = Stage.define({ kind: "evaluate", name: "drawn", module: import.meta.url, config, gives: "input", random: true, run: wait })

const prepared = Pipeline.from(Toy.count({ to: 10 })).pipe(slow({ label: "shared" }), Toy.ask({ scale: 0.5 }))

export default Experiment.make("cells", {
  question: "Does every cell come out once, as on one machine?",
  policy: Toy.vector({ size: 4 }),
  seeds: 2,
  axes: { label: labels },
  pipeline: ({ label }) =>
    prepared.pipe(
      training(label),
      drawn({ label }),
      answer({ pause: 0 })
    ),
  table: { metrics: ["score"] }
})
