/** Answers from elsewhere, kept until what was made of them is committed, so that nobody is asked twice for the same. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { JournalError } from "./journal.ts"

/**
 * The kept answers of the running stage: of all of it, or in a loop of the steps since its last checkpoint. A policy that asks a
 * server puts each answer in as it comes, under a key that says all that shaped it, and finds it there after a crash. Nothing is
 * kept outside of a run.
 */
export const Answers = Context.Reference<{
  readonly find: (key: string) => Effect.Effect<string | undefined, JournalError>
  readonly keep: (key: string, answer: string) => Effect.Effect<void, JournalError>
}>("assay/pipeline/Answers", {
  defaultValue: () => ({ find: () => Effect.undefined, keep: () => Effect.void })
})
