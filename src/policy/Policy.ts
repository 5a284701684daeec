import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type { Key } from "../pipeline/Random.ts"
import type { Message } from "../task/prompt.ts"
import type { Size } from "../vision/Box.ts"

/** A policy could not do what was asked: `operation` and `message` say what, where and what to do. */
export class PolicyError extends Data.TaggedError("PolicyError")<{
  readonly operation: string
  readonly message: string
  readonly cause?: unknown
}> {}

/** What a model is asked: messages with at most the images that they mention, in order. */
export interface Question {
  readonly messages: ReadonlyArray<Message>
  readonly images: ReadonlyArray<string>
}

export interface SampleOptions {
  /** Completions a prompt. */
  readonly n: number
  /** 0 is greedy. */
  readonly temperature: number
  /** Keep the fewest tokens whose probability reaches this, in (0, 1]. */
  readonly topP: number
  /** Keep this many likeliest tokens; 0 keeps all. */
  readonly topK: number
  readonly maxTokens: number
}

/** One sampled answer. */
export interface Completion {
  readonly tokens: ReadonlyArray<number>
  /** log p of each token under the model at temperature 1, before truncation by top-p and top-k. */
  readonly logprobs: ReadonlyArray<number>
  /** Decoded without the end token. */
  readonly text: string
  readonly finishReason: "stop" | "length"
}

/** A question and one answer to it, as token ids (the end token included where the model gave it). */
export interface Sequence {
  readonly question: Question
  readonly tokens: ReadonlyArray<number>
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
 * A vision-language model that can be asked and taught. One per run; calls are made one at a time.
 *
 * `key` decides what is drawn: sample `i` of the prompt with key `k` depends on `k`, `i`, the weights and nothing else.
 */
export class Policy extends Context.Service<Policy, {
  /** Size at which the model sees an image of the given size. */
  readonly inputSize: (size: Size) => Effect.Effect<Size, PolicyError>
  /** The rendered prompt, as the model reads it. */
  readonly render: (question: Question) => Effect.Effect<string, PolicyError>
  /** Token ids of a text that the model is to learn to say, end token included. */
  readonly encodeAnswer: (text: string) => Effect.Effect<ReadonlyArray<number>, PolicyError>
  readonly sample: (
    questions: ReadonlyArray<Question & { readonly key: Key }>,
    options: SampleOptions
  ) => Effect.Effect<ReadonlyArray<ReadonlyArray<Completion>>, PolicyError>
  /**
   * log p of every completion token at temperature 1, under the current weights or under the reference, which a KL term
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
   * `weights` has one number a completion token; minus dLoss/dlogprob of any loss.
   */
  readonly backward: (
    sequences: ReadonlyArray<Sequence>,
    weights: ReadonlyArray<ReadonlyArray<number>>
  ) => Effect.Effect<ReadonlyArray<ReadonlyArray<number>>, PolicyError>
  /** Climbs the accumulated gradient by one AdamW step, clears it, and returns its norm before clipping. */
  readonly step: (options: AdamW) => Effect.Effect<{ readonly gradientNorm: number }, PolicyError>
}>()("assay/policy/Policy") {}
