import { readFile, writeFile } from "node:fs/promises"
import * as Effect from "effect/Effect"
import { Journal, JournalError } from "./journal.ts"
import type { Artifact } from "./Records.ts"

const failed = (operation: string, path: string) => (cause: unknown) =>
  new JournalError({ operation, message: `${path}: ${cause instanceof Error ? cause.message : String(cause)}`, cause })

/**
 * Stores what a stage returned as JSON, and returns what a later process will read back, so that stages see the same
 * value whether the one before them has just run or ran long ago.
 */
export const write = Effect.fnUntraced(function*(value: unknown) {
  const journal = yield* Journal
  const text = JSON.stringify(value ?? null)
  const artifact = yield* journal.putArtifact("application/json", (path) =>
    Effect.tryPromise({ try: () => writeFile(path, text), catch: failed("write output", path) }))
  return { artifact, value: JSON.parse(text) as unknown }
})

/** Reads back what a stage returned. */
export const read = Effect.fnUntraced(function*(artifact: Artifact) {
  const path = (yield* Journal).artifactPath(artifact)
  const text = yield* Effect.tryPromise({ try: () => readFile(path, "utf8"), catch: failed("read output", path) })
  return yield* Effect.try({ try: () => JSON.parse(text) as unknown, catch: failed("read output", path) })
})
