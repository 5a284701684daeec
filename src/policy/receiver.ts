/** The half of a sampler elsewhere that is given weights. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { PolicyError } from "./policyError.ts"

/** Weights on their way. */
export interface Delivery {
  /** A name that no other weights have. */
  readonly version: string
  /** The folder that holds them, as whoever receives them sees it. */
  readonly folder: string
  readonly what: "model" | "adapter"
}

/** A sampler whose weights another program trains. Calls are made one at a time, none while it samples. */
export class Receiver extends Context.Service<Receiver, {
  /** Has them loaded: what is sampled from here on is theirs. */
  readonly receive: (delivery: Delivery) => Effect.Effect<void, PolicyError>
  /**
   * Whether it has them already, whoever delivered them, so that what is sampled from here on is theirs: not after it started anew, nor
   * after others took their place.
   */
  readonly has: (delivery: Delivery) => Effect.Effect<boolean, PolicyError>
}>()("assay/policy/Receiver") {}
