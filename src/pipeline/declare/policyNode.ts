/** Policies as a study names them. */
import type * as Layer from "effect/Layer"
import type { Subject } from "../run/services.ts"
import type { Node } from "./Node.ts"

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
}

/** A policy of any kind; it offers at least its state. */
export type AnyPolicy = Node & {
  readonly offers: ReadonlyArray<string>
  readonly layer: Layer.Layer<never, { readonly message: string }>
}
