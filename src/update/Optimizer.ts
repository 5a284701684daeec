/** How every update stage climbs: AdamW, and the schedule of its learning rate. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { NonNegative, Positive, Whole, withDefault } from "../pipeline/declare/Config.ts"
import { LoopStep } from "../pipeline/run/services.ts"
import type { AdamW } from "../policy/trainer.ts"

/** In [0, 1): at 1 the first step would divide by 0. */
const Decay = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMaximum: true }))

/** How every update stage climbs: AdamW with a schedule. Fields of its config. */
export const optimizer = {
  /** Highest learning rate. */
  learningRate: NonNegative,
  /** Steps over which the rate rises from 0. */
  warmup: withDefault(Whole, 0),
  /** After the warm-up: constant, or a half cosine down to 0 at the end of the loop. */
  schedule: withDefault(Schema.Literals(["constant", "cosine"]), "constant"),
  beta1: withDefault(Decay, 0.9),
  beta2: withDefault(Decay, 0.98),
  /** Above 0: weights that have had no gradient yet would be divided by it. */
  epsilon: withDefault(Positive, 1e-8),
  weightDecay: withDefault(NonNegative, 0),
  /** Largest norm of the gradient. */
  maxGradientNorm: withDefault(Positive, 1)
} as const

export type OptimizerConfig = Schema.Struct<typeof optimizer>["Type"]

/** Learning rate of step `step` of `steps`. */
export const learningRate = (config: OptimizerConfig, step: number, steps: number): number => {
  if (step < config.warmup) return (config.learningRate * (step + 1)) / config.warmup
  if (config.schedule === "constant") return config.learningRate
  const done = (step - config.warmup) / Math.max(1, steps - config.warmup)
  return (config.learningRate * (1 + Math.cos(Math.PI * done))) / 2
}

/** AdamW's settings at the running step of the loop. */
export const adamW = (config: OptimizerConfig): Effect.Effect<AdamW, never, LoopStep> =>
  Effect.map(LoopStep, ({ step, steps }) => ({
    learningRate: learningRate(config, step, steps),
    beta1: config.beta1,
    beta2: config.beta2,
    epsilon: config.epsilon,
    weightDecay: config.weightDecay,
    maxGradientNorm: config.maxGradientNorm
  }))
