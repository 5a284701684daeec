/** Artifacts in runs.db and the object folder beside it: put in durably, and dropped when no row names them any more. */
import * as Effect from "effect/Effect"
import type { Artifacts } from "../../pipeline/run/artifacts.ts"
import type { Artifact } from "../../pipeline/run/Records.ts"
import { namedElsewhere } from "../neighbours.ts"
import { type Connection, journalError } from "./Connection.ts"

/**
 * Forgets the artifacts among `hashes` that no row names any more, inside the caller's transaction, and returns those
 * whose files may be deleted once it is committed.
 */
export const forget = (connection: Connection, hashes: ReadonlyArray<string>): ReadonlyArray<string> => {
  const unused = connection.sql(`
    DELETE FROM artifact WHERE hash = @hash
      AND NOT EXISTS (SELECT 1 FROM checkpoint WHERE artifact = @hash)
      AND NOT EXISTS (SELECT 1 FROM best_weights WHERE artifact = @hash)
      AND NOT EXISTS (SELECT 1 FROM kept_weights WHERE artifact = @hash)
      AND NOT EXISTS (SELECT 1 FROM stage WHERE output = @hash)
      AND NOT EXISTS (SELECT 1 FROM stage WHERE subject = @hash)`)
  return [...new Set(hashes)].filter((hash) => !connection.pending.has(hash) && unused.run({ hash }).changes > 0)
}

const conditions = { before: "AND step < @step", after: "AND step > @step", all: "" } as const

/** Drops the training states of a stage before or after `step`, or all, inside the caller's transaction. */
export const dropCheckpoints = (
  connection: Connection,
  stage: number,
  where: keyof typeof conditions,
  step = 0
): ReadonlyArray<string> => drop(connection, "checkpoint", stage, conditions[where], step)

/** The same for best weights; "before" keeps the newest, though it is older than `step`. */
export const dropBest = (
  connection: Connection,
  stage: number,
  where: keyof typeof conditions,
  step = 0
): ReadonlyArray<string> => {
  const newest = "AND step < (SELECT max(step) FROM best_weights WHERE stage = @stage AND step <= @step)"
  return drop(connection, "best_weights", stage, where === "before" ? newest : conditions[where], step)
}

const drop = (
  connection: Connection,
  table: "checkpoint" | "best_weights",
  stage: number,
  condition: string,
  step: number
): ReadonlyArray<string> => {
  const dropped = connection
    .sql(`DELETE FROM ${table} WHERE stage = @stage ${condition} RETURNING artifact`)
    .pluck()
    .all({ stage, step }) as Array<string>
  return forget(connection, dropped)
}

/**
 * Deletes the files of forgotten artifacts, but for those that another database of the folder names. One that stays behind is only
 * disk space.
 */
export const removeFiles = ({ handle: { file }, objects }: Connection, hashes: ReadonlyArray<string>): Effect.Effect<void> =>
  hashes.length === 0 ? Effect.void : Effect.ignore(Effect.flatMap(namedElsewhere(file), (named) =>
    Effect.try(() => hashes.forEach((hash) => named.has(hash) || objects.remove(hash)))))

/** Notes that a put artifact is now named by a row, or (with 1) that it is not yet. */
const expect = (connection: Connection, hash: string, change: 1 | -1): void => {
  const count = (connection.pending.get(hash) ?? 0) + change
  if (count > 0) connection.pending.set(hash, count)
  else connection.pending.delete(hash)
}

/** Ends the protection of put artifacts that a committed row now names. */
export const releasePending = (connection: Connection, ...artifacts: ReadonlyArray<Artifact | undefined>): void => {
  for (const artifact of artifacts) if (artifact !== undefined) expect(connection, artifact.hash, -1)
}

/** True when the file of the artifact is there and its content is right. */
export const intact = (connection: Connection, operation: string, artifact: Artifact) =>
  Effect.mapError(connection.objects.verify(artifact.hash), journalError(operation))

const record = (connection: Connection, artifact: Artifact) =>
  connection.write("put", (now) => {
    connection
      .sql("INSERT INTO artifact (hash, bytes, media_type, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
      .run(artifact.hash, artifact.bytes, artifact.mediaType, now)
    expect(connection, artifact.hash, 1)
    return artifact
  })

export const artifactMethods = (connection: Connection): Artifacts["Service"] => ({
  fetch: (artifact) => Effect.succeed(connection.objects.path(artifact.hash)),
  put: (mediaType, write) =>
    Effect.flatMap(Effect.mapError(connection.objects.temporary, journalError("put")), (file) =>
      write(file).pipe(
        Effect.andThen(Effect.mapError(connection.objects.adopt(file), journalError("put"))),
        Effect.andThen(({ bytes, hash }) => record(connection, { hash, bytes, mediaType })),
        Effect.ensuring(connection.objects.discard(file))
      ))
})
