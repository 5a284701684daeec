/** Stages that a training loop runs now and then, such as an evaluation that watches it learn. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { LoopStep, Recorder } from "../run/services.ts"
import * as Config from "./Config.ts"
import { define, part, type Passes } from "./Stage.ts"

const make = define({
  kind: "evaluate",
  name: "every",
  module: import.meta.url,
  config: Schema.Struct({ steps: Config.Count }),
  parts: { stage: part<unknown, unknown>() },
  subject: "reads",
  gives: "input",
  metrics: (_, { stage }) =>
    stage.metrics.map((metric) => ({ ...metric, scope: metric.scope === "" ? stage.label : metric.scope })),
  run: ({ steps }, batch: unknown, { stage }) =>
    Effect.gen(function*() {
      const loop = yield* LoopStep
      const due = (loop.step + 1) % steps === 0 || loop.step === loop.steps - 1
      if (!due) return
      const recorder = yield* Recorder
      yield* Effect.provideService(stage.run(batch), Recorder, recorder.within(stage.label))
    })
})

/**
 * A stage of a loop's body that runs a nested one after every `steps`-th step and after the last, so that its metrics
 * become curves: `Pipeline.every(20, Evaluate.detection({ as: "watch", limit: 200, ... }))` gives `watch/mAP` over steps.
 *
 * It takes the loop's batch wherever in the body it stands; put it last to see the policy after the step. What it does
 * must not change the policy, and does not change what the other stages of the body draw. Throws `InvalidConfig`.
 */
export const every = <In, E, R>(steps: number, stage: Passes<In, E, R>): Passes<In, E, R | LoopStep | Recorder> =>
  make({ steps }, { stage: stage as Passes<unknown, E, R> }) // it takes what `stage` takes
