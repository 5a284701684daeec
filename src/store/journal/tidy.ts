/** What killed processes left behind, put in order. */
import * as Effect from "effect/Effect"
import { attempt } from "../Database.ts"
import type { StoreError } from "../storeError.ts"
import type { Connection } from "./Connection.ts"

/** Runs that say that they run did not end, what workers had in hand is free, and half-written files will not be finished. For whoever is alone. */
export const tidy = ({ handle: { file, sqlite }, objects }: Connection): Effect.Effect<void, StoreError> =>
  Effect.andThen(
    attempt(file, () => sqlite.exec("BEGIN IMMEDIATE; UPDATE run SET status = 'interrupted' WHERE status = 'running'; DELETE FROM worker; COMMIT")),
    objects.sweep
  )
