/** Policies as a study names them. */
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { ExitCode } from "../Errors.ts"
import type { Json } from "../json.ts"
import type { Subject } from "../run/services.ts"
import type { Node } from "./Node.ts"

/** What a stage is going to want of its policy, by names that policies know: `{ topK: 5 }`. */
export interface Wanted {
  readonly stage: string
  /** The stage as a node: what it asks about stands in its config and its parts. */
  readonly node: Pick<Node, "name" | "config" | "parts">
  readonly wants: { readonly [what: string]: Json }
}

/** What is known of a policy that lies outside of this process; stored with the environment of its runs. */
export interface Facts {
  readonly [name: string]: string | number
}

/** A policy is not there, or cannot do what is wanted: `message` says what to do. */
export interface PolicyProblem {
  readonly message: string
  /** That of a wrong study where no waiting would help. */
  readonly exitCode: ExitCode
}

/**
 * Finds out, before anything runs, whether a policy is there and can do what stages want of it. It is asked once a plan, and
 * waits at most `patienceSeconds` for one that does not answer yet. `had` is what stages wanted that are finished.
 */
export type Probe = (wanted: ReadonlyArray<Wanted>, patienceSeconds: number, had?: ReadonlyArray<Wanted>) => Effect.Effect<Facts, PolicyProblem>

/** What a million tokens cost, and how many an average prompt has, images included. */
export interface Prices {
  readonly currency: string
  readonly promptTokens: number
  readonly prefill: number
  readonly sample: number
  readonly train: number
}

/** For a policy that somebody may send a bill for. */
export interface Billing {
  readonly prices: Prices | undefined
}

/**
 * A policy: plain data with the hash of its files in `content`, and the layer that brings it to life.
 *
 * `R` are the services it offers to stages besides `Subject`. The layer is built once a run, and only when a stage
 * that needs the policy really executes.
 */
export interface PolicyNode<R> extends Node {
  /** Keys of the services in `R`, for plans. */
  readonly offers: ReadonlyArray<string>
  readonly layer: Layer.Layer<R | Subject, { readonly message: string }>
  /** Left out by a policy that lies in this process. */
  readonly probe?: Probe | undefined
  /** Where it may be billed by tokens: plans say then how many there may be. */
  readonly billing?: Billing | undefined
}

/** A policy of any kind; it offers at least its state. */
export type AnyPolicy = Node & {
  readonly offers: ReadonlyArray<string>
  readonly layer: Layer.Layer<never, { readonly message: string }>
  readonly probe?: Probe | undefined
  readonly billing?: Billing | undefined
}
