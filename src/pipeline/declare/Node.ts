import type * as Effect from "effect/Effect"
import type { Json } from "../json.ts"

/** The kinds of things a study is built of. The six stages of the work, their sources, and what they are made of. */
export type Kind = "data" | "filter" | "prompt" | "rollout" | "reward" | "update" | "evaluate" | "loop" | "policy"

/** Where the code of a node lives, so that its fingerprint can follow edits of it and of what it calls. */
export interface CodeRef {
  /** `import.meta.url` of the module. */
  readonly module: string
  /** The name under which that module exports the constructor. */
  readonly export: string
}

/**
 * Part of a study as plain data: what it is, its config as JSON, its code, and the nodes it is made of.
 *
 * A stage is a node that runs; a reward or a policy is a node that a stage holds. Everything that printing, drawing,
 * diffing, overriding and fingerprinting a pipeline need is here, so none of them runs anything.
 */
export interface Node {
  readonly kind: Kind
  readonly name: string
  readonly code: CodeRef
  readonly config: { readonly [key: string]: Json }
  readonly parts: ReadonlyArray<Node>
  /** True when the result depends on the seed of the run. */
  readonly random: boolean
  /** Hash of what the node reads from outside the study (annotation files, model weights). */
  readonly content?: Effect.Effect<string, ContentError> | undefined
  /** The same node with another config (decoded by its schema; throws `InvalidConfig`) or other parts. */
  readonly rebuild: (config: unknown, parts: ReadonlyArray<Node>) => Node
}

/** What a node reads from outside cannot be read: `path` names it, `message` says why and what to do. */
export interface ContentError {
  readonly _tag: string
  readonly path: string
  readonly message: string
}
