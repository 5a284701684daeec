/** What a model can be asked: the half of a policy that answers. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Question } from "../model/message.ts"
import type { Key } from "../pipeline/Random.ts"
import type { Size } from "../vision/Box.ts"
import type { PixelLimits } from "../vision/smartResize.ts"
import type { PolicyError } from "./policyError.ts"

/** How completions are drawn. */
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
  /** How many tokens it has, where that is known better than by `tokens`, which were found from its text then. */
  readonly tokenCount?: number
  /**
   * log p of each token under the model at temperature 1, before truncation by top-p and top-k, in nats. Empty from a
   * sampler that cannot tell.
   */
  readonly logprobs: ReadonlyArray<number>
  /** Decoded without the end token. */
  readonly text: string
  readonly finishReason: "stop" | "length"
}

/** How many tokens a completion has. */
export const lengthOf = ({ tokenCount, tokens }: Pick<Completion, "tokenCount" | "tokens">): number => tokenCount ?? tokens.length

/**
 * A vision-language model that can be asked. One per run; calls are made one at a time.
 *
 * `key` decides what is drawn: sample `i` of the prompt with key `k` depends on `k`, `i`, the weights and nothing else.
 */
export class Sampler extends Context.Service<Sampler, {
  /** Between which areas that size is kept, as the model's folder says; left out by a sampler that cannot tell. */
  readonly pixelLimits?: Effect.Effect<PixelLimits, PolicyError>
  /** Size at which the model sees an image of the given size. */
  readonly inputSize: (size: Size) => Effect.Effect<Size, PolicyError>
  /** The rendered prompt, as the model reads it. */
  readonly render: (question: Question) => Effect.Effect<string, PolicyError>
  readonly sample: (
    questions: ReadonlyArray<Question & { readonly key: Key }>,
    options: SampleOptions
  ) => Effect.Effect<ReadonlyArray<ReadonlyArray<Completion>>, PolicyError>
}>()("assay/policy/Sampler") {}
