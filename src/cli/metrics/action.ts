/** Writes the metrics of an experiment, one run after the other. */
import { mkdir } from "node:fs/promises"
import { dirname } from "node:path"
import * as Effect from "effect/Effect"
import { targets } from "../../report/metrics/targets.ts"
import * as Workspace from "../../workspace/Reading.ts"
import type { Failure } from "../failure.ts"
import { say } from "../output.ts"
import { cannotWrite } from "../saveFile.ts"

interface Options {
  readonly experiment: string
  readonly to: keyof typeof targets
  readonly out: string
  readonly db: string
}

const writing = <A>(out: string, write: () => Promise<A>): Effect.Effect<A, Failure> =>
  Effect.tryPromise({ try: write, catch: (cause) => cannotWrite(out, cause) })

export const metrics = Effect.fn("metrics")(function*({ db, experiment, out, to }: Options) {
  const { axes, runs, valuesOf } = yield* Workspace.metrics(Workspace.at(db), experiment)
  yield* writing(out, () => mkdir(dirname(out), { recursive: true }))
  const target = yield* writing(out, () => targets[to](out, experiment, axes))
  let count = 0
  for (const run of runs) {
    const values = yield* valuesOf(run)
    count += values.length
    yield* writing(out, () => target.add(run, values))
  }
  yield* writing(out, target.end)
  yield* say(`${out} holds ${count} values of ${runs.length} runs.`)
}, Effect.scoped)
