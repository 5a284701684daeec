/** A policy whose model can leave it as a folder in Hugging Face layout, for whoever samples or trains it elsewhere. */
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
}>()("assay/policy/Portable") {}
