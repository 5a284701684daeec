import type * as Layer from "effect/Layer"
import type { Node } from "./Node.ts"
import type { Subject } from "../run/services.ts"

/**
 * A policy as a study names it: plain data with the hash of its files in `content`, and the layer that brings it to
 * life.
 *
 * `R` are the services it offers to stages besides `Subject`. The layer is built once a run, and only when a stage
 * that needs the policy really executes.
 */
export interface PolicyNode<R> extends Node {
  readonly kind: "policy"
  readonly layer: Layer.Layer<R | Subject, { readonly message: string }>
}

/** A policy of any kind; it offers at least its state. */
export type AnyPolicy = Node & {
  readonly kind: "policy"
  readonly layer: Layer.Layer<never, { readonly message: string }>
}
