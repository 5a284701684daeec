/** What a model can be taught: the half of a policy that learns. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Question } from "../model/message.ts"
import type { PolicyError } from "./policyError.ts"

/** A question and one answer to it, as token ids (the end token included where the model gave it). */
export interface Sequence {
  readonly question: Question
  readonly tokens: ReadonlyArray<number>
  /**
   * At which the answer was drawn, 1 unless given; the same for all sequences of a call. Log-probabilities and gradients are those at
   * this temperature, since that is the policy that answered. A trainer that cannot compute them fails.
   */
  readonly temperature?: number
}

/** AdamW's settings for one step. Source: Loshchilov and Hutter, arXiv 1711.05101. */
export interface AdamW {
  readonly learningRate: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly weightDecay: number
  /** Largest norm of the whole gradient; above it the gradient is scaled down. Infinity: no clipping. */
  readonly maxGradientNorm: number
}

/**
 * A loss of tokens that each have an advantage A and a ratio r to `old`, whose bounded value c lies between `low` and `high`:
 * -sum(min(r A, c A)) where it is clipped, -sum(c A logprob) with a constant c where it is capped.
 */
export interface Bounded {
  readonly bound: "clipped" | "capped"
  readonly low: number
  readonly high: number
  readonly old: ReadonlyArray<ReadonlyArray<number>>
  readonly advantages: ReadonlyArray<ReadonlyArray<number>>
}

/** A vision-language model that can be taught. One per run; calls are made one at a time. */
export class Trainer extends Context.Service<Trainer, {
  /** Token ids of a text that the model is to learn to say, end token included. */
  readonly encodeAnswer: (text: string) => Effect.Effect<ReadonlyArray<number>, PolicyError>
  /**
   * log p of every completion token at the sequences' temperature, under the current weights or under the reference, which a KL term
   * looks back to: the weights as last loaded (where the running training loop started) or last synced.
   */
  readonly logprobs: (
    sequences: ReadonlyArray<Sequence>,
    of: "current" | "reference"
  ) => Effect.Effect<ReadonlyArray<ReadonlyArray<number>>, PolicyError>
  /** Makes the current weights the reference. */
  readonly syncReference: Effect.Effect<void, PolicyError>
  /**
   * Adds the gradient of sum(weights * logprob) to what is accumulated, and returns the log-probabilities on the way.
   * `weights` has one number a completion token; minus dLoss/dlogprob of any loss. `at` are the log-probabilities that they were
   * computed from, for trainers that have to be told them.
   */
  readonly backward: (
    sequences: ReadonlyArray<Sequence>,
    weights: ReadonlyArray<ReadonlyArray<number>>,
    at?: ReadonlyArray<ReadonlyArray<number>>
  ) => Effect.Effect<ReadonlyArray<ReadonlyArray<number>>, PolicyError>
  /**
   * The same with a loss of the trainer's own, where it has one: in one pass, as no log-probabilities have to be known before. Undefined
   * where it turns out to have none.
   */
  readonly bounded?: (
    sequences: ReadonlyArray<Sequence>,
    loss: Bounded
  ) => Effect.Effect<ReadonlyArray<ReadonlyArray<number>> | undefined, PolicyError>
  /** Climbs the accumulated gradient by one AdamW step, clears it, and returns its norm before clipping, where the trainer tells it. */
  readonly step: (options: AdamW) => Effect.Effect<{ readonly gradientNorm: number | undefined }, PolicyError>
}>()("assay/policy/Trainer") {}
