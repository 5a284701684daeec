/** Thresholds, which may rise while training goes on. */
import * as Schema from "effect/Schema"
import * as Config from "../pipeline/declare/Config.ts"

/** Where training stands: the running step of a loop, from 0, and how many there are. */
export interface Training {
  readonly step: number
  readonly steps: number
}

/**
 * A number in [0, 1], or stages of one: `[{ from: 0, value: 0.5 }, { from: 0.25, value: 0.75 }]` is 0.5 in the first quarter of
 * the loop's steps, and 0.75 after it. The stages are config, and the step is the loop's own, so a resumed loop goes on alike.
 */
export const Threshold = Schema.Union([
  Config.Fraction,
  Schema.NonEmptyArray(Schema.Struct({ from: Config.Fraction, value: Config.Fraction }))
])

export type Threshold = typeof Threshold.Type

/** The threshold at a step; outside of training, and so in every evaluation, what it comes to at the end. */
export const thresholdAt = (threshold: Threshold, training: Training | undefined): number => {
  if (typeof threshold === "number") return threshold
  const done = training === undefined ? 1 : training.step / training.steps
  const stages = threshold.toSorted((a, b) => a.from - b.from)
  return (stages.findLast(({ from }) => from <= done) ?? stages[0]!).value
}
