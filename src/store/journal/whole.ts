/** Whether the files of artifacts are what they were: by their stamp where that is only asked, by their content where they are used. */
import * as Effect from "effect/Effect"
import type { JournalError } from "../../pipeline/run/journal.ts"
import { type Connection, journalError } from "./Connection.ts"

/** Asks of a file whether it is there and whole. */
export type Check = (connection: Connection, operation: string, hash: string) => Effect.Effect<boolean, JournalError>

const stampIn = ({ sql }: Connection, hash: string) =>
  sql("SELECT stamp FROM artifact WHERE hash = ?").pluck().get(hash) as string | null | undefined

const note = ({ sql }: Connection, hash: string, stamp: string | null): void => {
  sql("UPDATE artifact SET stamp = @stamp WHERE hash = @hash AND stamp IS NOT @stamp").run({ hash, stamp })
}

/** Keeps the stamps of files that this process put down or read, for those that come later; inside the caller's transaction. */
export const keepStamps = (connection: Connection, hashes: Iterable<string>): void => {
  for (const hash of hashes) {
    const stamp = connection.objects.found(hash)
    if (stamp !== undefined) note(connection, hash, stamp)
  }
}

/** By its content, which is read once a process. For what is used: a disk that forgets bits changes no stamp. */
export const isWhole: Check = Effect.fnUntraced(function*(connection, operation, hash) {
  const { objects } = connection
  if ((yield* Effect.mapError(objects.stamp(hash), journalError(operation))) === undefined) return false
  const whole = yield* Effect.mapError(objects.verify(hash), journalError(operation))
  const stamp = objects.found(hash) ?? null
  const kept = yield* connection.read(operation, () => stampIn(connection, hash))
  // a stamp that cannot be written costs a second reading, and nothing else
  if (kept !== undefined && kept !== stamp) yield* Effect.ignore(connection.write(operation, () => note(connection, hash, stamp)))
  return whole
})

/** By its stamp, and by its content where that is another or none, as of a copy. For what is asked before anything is used. */
export const stands: Check = Effect.fnUntraced(function*(connection, operation, hash) {
  const stamp = yield* Effect.mapError(connection.objects.stamp(hash), journalError(operation))
  if (stamp === undefined) return false
  if (stamp === connection.objects.found(hash)) return true
  if (stamp === (yield* connection.read(operation, () => stampIn(connection, hash)))) return true
  return yield* isWhole(connection, operation, hash)
})
