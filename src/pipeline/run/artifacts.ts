/** Artifacts: results under the hash of their content, large ones as files. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { JournalError } from "./journal.ts"
import type { Artifact } from "./Records.ts"

/** Where they lie, on this machine's disk or behind a network, is the layer's business. */
export class Artifacts extends Context.Service<Artifacts, {
  /** Stores what `write` puts at the path it is given, under the hash of the content, durably. */
  readonly put: <E, R>(
    mediaType: string,
    write: (path: string) => Effect.Effect<void, E, R>
  ) => Effect.Effect<Artifact, E | JournalError, R>
  /** A local path at which what was `put` can be read. */
  readonly fetch: (artifact: Artifact) => Effect.Effect<string, JournalError>
  /** Stores a text likewise, of which there may be many short ones. */
  readonly putText: (mediaType: string, text: string) => Effect.Effect<Artifact, JournalError>
  /** Reads a text back. */
  readonly text: (artifact: Artifact) => Effect.Effect<string, JournalError>
}>()("assay/pipeline/Artifacts") {}
