/** Taking things out of a database and its object folder. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as path from "node:path"
import type { JournalError } from "../pipeline/run/journal.ts"
import type { Handle } from "./Database.ts"
import { connect } from "./journal/connect.ts"
import type { Options } from "./journal/options.ts"
import { dropExperiment, dropUnused, findUnused } from "./journal/unused.ts"
import * as Objects from "./Objects.ts"
import { realFile } from "./realFile.ts"
import type { StoreError } from "./storeError.ts"
import type { Unused } from "./unused.ts"

/** Looks for what no run uses; changes nothing. Fails where another database of the folder is being written to or cannot be read. */
export const unused = (handle: Handle, objects: string): Effect.Effect<Unused, StoreError> =>
  findUnused({ handle, objects: Objects.make(objects, path.basename(realFile(handle.file))) })

/** Removes it, and returns what it was. For whoever holds the lock of the database. */
export const removeUnused = (options: Options): Effect.Effect<Unused, StoreError | JournalError, Scope.Scope> =>
  Effect.flatMap(connect(options), (connection) => Effect.tap(findUnused(connection), (found) => dropUnused(connection, found)))

/** Removes an experiment with its runs, earlier ones too. What they executed stays. For whoever holds the lock. */
export const removeExperiment = (options: Options, name: string): Effect.Effect<void, StoreError | JournalError, Scope.Scope> =>
  Effect.flatMap(connect(options), (connection) => dropExperiment(connection, name))
