/** When a curve of the training has risen: what a study of speed compares. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Config from "../pipeline/declare/Config.ts"
import * as Metric from "../pipeline/declare/Metric.ts"
import * as Stage from "../pipeline/declare/Stage.ts"
import { History, Recorder } from "../pipeline/run/services.ts"
import { firstRise } from "./firstRise.ts"

/**
 * Judges a curve that the nearest loop before recorded, such as `Evaluate.rise({ as: "format", of: "reward/format" })`; `of` is the
 * metric's name, "watch/mAP" of an evaluation in the loop.
 *
 * `start` and `end` are its means over the first and the last `window` values (default 5): of an evaluation in the loop there is not one a
 * step. `firstStep` is the first step, from 0, from which on its mean over `window` values lies at least `by` (default 0.1) above `start`;
 * where there is none, `risen` is 0 and `firstStep` is left out, so that its mean is over the runs that rose. Hands on its input. A study in which no stage before
 * records the metric fails when it is planned.
 */
export const rise = Stage.define({
  kind: "evaluate",
  name: "rise",
  module: import.meta.url,
  config: Schema.Struct({
    as: Schema.NonEmptyString,
    of: Schema.NonEmptyString,
    by: Config.withDefault(Config.Positive, 0.1),
    window: Config.withDefault(Config.Count, 5)
  }),
  labelKey: "as",
  subject: "reads",
  gives: "input",
  judges: ({ of }) => [of],
  metrics: [
    Metric.make("firstStep", "steps", "lower", "step"),
    Metric.make("risen", "share", "higher", "run"),
    Metric.make("start", "", "neither", "step"),
    Metric.make("end", "", "higher", "step")
  ],
  run: ({ by, of, window }, _input: unknown) =>
    Effect.gen(function*() {
      const recorder = yield* Recorder
      const { end, firstStep, start } = firstRise(yield* (yield* History).curve(of), window, by)
      recorder.metric("start", start)
      recorder.metric("end", end)
      recorder.metric("risen", firstStep === undefined ? 0 : 1)
      if (firstStep !== undefined) recorder.metric("firstStep", firstStep)
    })
})
