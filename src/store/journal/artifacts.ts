/** Artifacts in runs.db and the object folder beside it: put in durably, and dropped when no row names them any more. */
import { readFile, writeFile } from "node:fs/promises"
import * as Effect from "effect/Effect"
import { troubleOf } from "../../pipeline/fileTrouble.ts"
import { sha256 } from "../../pipeline/plan/Canonical.ts"
import type { Artifacts } from "../../pipeline/run/artifacts.ts"
import { JournalError } from "../../pipeline/run/journal.ts"
import type { Artifact } from "../../pipeline/run/Records.ts"
import { namedElsewhere } from "../neighbours.ts"
import { type Connection, journalError } from "./Connection.ts"
import { type Check, isWhole, keepStamps } from "./whole.ts"

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
      AND NOT EXISTS (SELECT 1 FROM stage WHERE subject = @hash)
      AND NOT EXISTS (SELECT 1 FROM unnamed_artifact WHERE artifact = @hash)`)
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
 * Deletes the files of forgotten artifacts, but for those that another database of the folder names, or that this one names again:
 * a put notes the row before the file is in its place, so that one of the two sees the other. One that stays behind is only disk space.
 */
export const removeFiles = (connection: Connection, hashes: ReadonlyArray<string>): Effect.Effect<void> => {
  const { handle: { file }, objects, sql } = connection
  if (hashes.length === 0) return Effect.void
  return Effect.ignore(Effect.gen(function*() {
    const elsewhere = yield* namedElsewhere(file)
    yield* connection.write("removeFiles", () => {
      const named = sql("SELECT 1 FROM artifact WHERE hash = ?").pluck()
      for (const hash of hashes) if (!elsewhere.has(hash) && named.get(hash) === undefined) objects.remove(hash)
    })
  }))
}

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

/** The text of an artifact; null for one that is a file. */
const textOf = (connection: Connection, operation: string, { hash }: Artifact) =>
  connection.read(operation, () =>
    connection.sql("SELECT content FROM artifact WHERE hash = ?").pluck().get(hash) as string | null | undefined ?? null)

/** True when the file of the artifact is there and whole, or its text is right. */
export const intact = Effect.fnUntraced(function*(connection: Connection, operation: string, artifact: Artifact, check: Check = isWhole) {
  const text = yield* textOf(connection, operation, artifact)
  if (text !== null) return sha256(text) === artifact.hash
  return yield* check(connection, operation, artifact.hash)
})

/** Bytes up to which a text stands in its row: more would make tables slow to read whose rows are beside it. */
const short = 1 << 14

/** The same for other processes, inside the caller's transaction: these artifacts are named by rows from here on, and whole. */
export const noteNamed = (connection: Connection, ...artifacts: ReadonlyArray<Artifact | undefined>): void => {
  const { pending, sql, worker } = connection
  keepStamps(connection, artifacts.flatMap((artifact) => artifact === undefined ? [] : [artifact.hash]))
  if (worker === undefined) return
  const named = sql("DELETE FROM unnamed_artifact WHERE artifact = ? AND worker = ?")
  for (const artifact of artifacts) if (artifact !== undefined && (pending.get(artifact.hash) ?? 0) <= 1) named.run(artifact.hash, worker)
}

const record = (connection: Connection, artifact: Artifact, text: string | null) =>
  connection.write("put", (now) => {
    const { sql, worker } = connection
    sql(`
      INSERT INTO artifact (hash, bytes, media_type, created_at, content) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET content = excluded.content WHERE content IS NULL AND excluded.content IS NOT NULL`)
      .run(artifact.hash, artifact.bytes, artifact.mediaType, now, text)
    if (worker !== undefined) {
      sql("INSERT INTO unnamed_artifact (artifact, worker) VALUES (?, ?) ON CONFLICT DO NOTHING").run(artifact.hash, worker)
    }
    expect(connection, artifact.hash, 1)
    return artifact
  })

export const artifactMethods = (connection: Connection): Artifacts["Service"] => {
  const put: Artifacts["Service"]["put"] = (mediaType, write) =>
    Effect.flatMap(Effect.mapError(connection.objects.temporary, journalError("put")), (file) =>
      write(file).pipe(
        Effect.andThen(Effect.mapError(connection.objects.seal(file), journalError("put"))),
        Effect.andThen(({ bytes, hash }) => record(connection, { hash, bytes, mediaType }, null)),
        Effect.tap((artifact) =>
          Effect.mapError(connection.objects.install(file, artifact.hash), journalError("put")).pipe(
            Effect.onError(() => Effect.sync(() => releasePending(connection, artifact)))
          )),
        Effect.ensuring(connection.objects.discard(file))
      ))
  const file = <A>(operation: string, path: string, use: () => Promise<A>) =>
    Effect.tryPromise({
      try: use,
      catch: (cause) => new JournalError({ operation, message: `${path} could not be read or written ${troubleOf(cause)}`, cause })
    })
  const fetch: Artifacts["Service"]["fetch"] = Effect.fnUntraced(function*({ hash }) {
    const path = connection.objects.path(hash)
    if (yield* isWhole(connection, "fetch", hash)) return path
    const message = `${path} is lost or altered, and was whole when its stage was finished. Run the study again: that stage then runs anew.`
    return yield* new JournalError({ operation: "fetch", message })
  })
  return {
    put,
    fetch,
    putText: (mediaType, text) => {
      const bytes = Buffer.byteLength(text)
      return bytes > short
        ? put(mediaType, (path) => file("put", path, () => writeFile(path, text)))
        : record(connection, { hash: sha256(text), bytes, mediaType }, text)
    },
    text: Effect.fnUntraced(function*(artifact) {
      const text = yield* textOf(connection, "read", artifact)
      if (text !== null) return text
      const path = yield* fetch(artifact)
      return yield* file("read", path, () => readFile(path, "utf8"))
    })
  }
}
