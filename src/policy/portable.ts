/** A policy whose model can leave it as a folder in Hugging Face layout, and come back, for whoever samples or trains it elsewhere. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { PolicyError } from "./policyError.ts"

/** The current weights as files that the field's servers and trainers read. Calls are made one at a time. */
export class Portable extends Context.Service<Portable, {
  /**
   * Writes them into a folder: the whole model, float32, with tokenizer and template, and with the head also where it is tied to the
   * embeddings, for programs that keep it apart; or the adapter that is trained, as PEFT reads it. What is there is overwritten. Fails
   * where there is no adapter.
   */
  readonly write: (folder: string, what: "model" | "adapter") => Effect.Effect<void, PolicyError>
  /** What training changes: the whole model or an adapter; and whether the vision tower is part of it. */
  readonly trains: { readonly what: "model" | "adapter"; readonly vision: boolean }
  /** Takes what it trains from a folder that a trainer left, as `write` would have written it; in any type of number. */
  readonly read: (folder: string) => Effect.Effect<void, PolicyError>
}>()("assay/policy/Portable") {}
