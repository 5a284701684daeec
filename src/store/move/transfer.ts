/** Finished stages and runs out of one runs.db and into another while both are at work, by a place that both reach. */
import * as fs from "node:fs"
import type { Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import { createGunzip, createGzip } from "node:zlib"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { codeOf } from "../../pipeline/reason.ts"
import { JournalError } from "../../pipeline/run/journal.ts"
import type { Artifact } from "../../pipeline/run/Records.ts"
import { attempt } from "../Database.ts"
import { noteNamed, releasePending } from "../journal/artifacts.ts"
import { type Connection, journalError } from "../journal/Connection.ts"
import { findStages } from "../journal/stages.ts"
import { isWhole, stands } from "../journal/whole.ts"
import { failed } from "../Objects.ts"
import { StoreError } from "../storeError.ts"
import type { Between } from "./Between.ts"
import { bring, current, opened } from "./bring.ts"
import { draft, filesIn, putAs } from "./files.ts"
import { namedBy } from "./fresh.ts"
import type { Merged, Subject } from "./merge.ts"
import { write } from "./packFile.ts"
import { giveUnfinished, takeUnfinished } from "./unfinished.ts"

export class Transfer extends Context.Service<Transfer, {
  /** Puts a finished stage, or a run, under a name, after the files that it names. */
  readonly give: (subject: Subject, name: string, between: Between) => Effect.Effect<void, JournalError>
  /** Puts the files alone that a finished stage names, such as are not there any more. */
  readonly lend: (stage: number, between: Between) => Effect.Effect<void, JournalError>
  /** Whether a finished stage that is there under a name has all files of its results there. */
  readonly isWhole: (name: string, between: Between) => Effect.Effect<boolean, JournalError>
  /**
   * Brings in what is there under a name, with the files that it names; undefined where nothing is, or a finished stage without the files of
   * its results. What is finished here already and whole, or in another process's hands, stays as it is. A run finds the stages that it
   * rests on, where they are brought in before it.
   */
  readonly take: (name: string, between: Between) => Effect.Effect<Merged | undefined, JournalError>
  /** Puts a stage under a name as far as it came, with its newest training state, in one file, which takes the place of an earlier one. */
  readonly giveUnfinished: (stage: number, name: string, between: Between) => Effect.Effect<void, JournalError>
  /** Brings in what was so given under a name, where it came further than the stage did here. False where nothing is. */
  readonly takeUnfinished: (name: string, between: Between) => Effect.Effect<boolean, JournalError>
}>()("assay/store/Transfer") {}

/** Finished stages of a pack, each with the files of its results, without which it is worth nothing. */
const stagesIn = (pack: string) =>
  Effect.scoped(Effect.flatMap(opened(pack), (db) => attempt(pack, () => {
    const rows = db.prepare(`
      SELECT s.fingerprint, a.hash FROM stage s LEFT JOIN artifact a ON a.hash IN (s.output, s.subject) AND a.content IS NULL
      WHERE s.status = 'done'`).raw().all() as Array<[fingerprint: string, hash: string | null]>
    return {
      fingerprints: [...new Set(rows.map(([fingerprint]) => fingerprint))],
      files: rows.flatMap(([, hash]) => hash ?? [])
    }
  })))

/** One is known by its hash everywhere. */
const nameOf = (hash: string): string => `objects/${hash.slice(0, 2)}/${hash.slice(2)}`

const through = (from: string, change: Transform, to: string, explained: (cause: unknown) => StoreError) =>
  Effect.tryPromise({ try: () => pipeline(fs.createReadStream(from), change, fs.createWriteStream(to)), catch: explained })

/** What was cut off or changed on its way is known by the checksum of gzip. */
const damaged = (name: string) => (cause: unknown): StoreError =>
  codeOf(cause).startsWith("Z_")
    ? new StoreError({ reason: "corrupt", file: name, message: `${name}, which machines share, is no pack that assay wrote, or damaged: delete it there, and run again.`, cause })
    : failed(name, cause)

/** @internal */
export const transferMethods = (connection: Connection): Transfer["Service"] => {
  const { handle: { file: database }, objects } = connection
  const failing = (operation: string) => Effect.mapError((error: JournalError | StoreError) => error instanceof StoreError ? journalError(operation)(error) : error)

  const lend = (between: Between) => Effect.fnUntraced(function*({ bytes, hash }: Artifact) {
    if ((yield* between.bytes(nameOf(hash))) === bytes || !(yield* isWhole(connection, "lend", hash))) return
    yield* between.put(nameOf(hash), objects.path(hash))
  })

  const filesOf = (stage: number) =>
    connection.read("lend", () =>
      connection.sql(`SELECT hash, bytes, media_type AS mediaType FROM artifact WHERE content IS NULL AND hash IN (${namedBy("@stage", "main")})`)
        .all({ stage }) as Array<Artifact>)

  /** The artifact, unless it is here; undefined also where it is not there, or not what its name says. */
  const borrow = (between: Between) => Effect.fnUntraced(function*(artifact: Artifact) {
    const { hash } = artifact
    if (yield* stands(connection, "take", hash)) return undefined
    const copy = yield* draft(connection)
    if (!(yield* between.get(nameOf(hash), copy))) return undefined
    const put = yield* putAs(connection, artifact, (path) => attempt(path, () => fs.renameSync(copy, path)))
    if (put !== undefined) return put
    yield* Effect.ignore(between.remove(nameOf(hash))) // who has it whole puts it there again, as it would not where something is
    return undefined
  })

  /** The pack that is there under a name, as a file until the scope closes; undefined where nothing is. */
  const packOf = Effect.fnUntraced(function*(name: string, between: Between) {
    const [packed, pack] = [yield* draft(connection), yield* draft(connection)]
    if (!(yield* between.get(name, packed))) return undefined
    yield* through(packed, createGunzip(), pack, damaged(name))
    return yield* current(pack, yield* draft(connection), name)
  })

  /** Brings in a pack whose files were borrowed, unless a stage of it lacks some. */
  const bringWhole = Effect.fnUntraced(function*(pack: string, borrowed: ReadonlyArray<Artifact | undefined>) {
    const { files, fingerprints } = yield* stagesIn(pack)
    const isHere = yield* Effect.forEach(files, (hash) => stands(connection, "take", hash))
    if (!isHere.every((here) => here)) return undefined
    const sound = yield* findStages(connection, fingerprints)
    const merged = yield* bring(connection, pack, fingerprints.filter((fingerprint) => !sound.has(fingerprint)))
    yield* connection.write("take", () => noteNamed(connection, ...borrowed))
    return merged
  })

  return {
    give: Effect.fnUntraced(function*(subject, name, between) {
      const [pack, packed] = [yield* draft(connection), yield* draft(connection)]
      yield* attempt(database, () => write(pack, database, subject, () => undefined))
      yield* Effect.forEach(yield* filesIn(pack), lend(between), { discard: true })
      yield* through(pack, createGzip({ level: 1 }), packed, (cause) => failed(packed, cause))
      yield* between.put(name, packed)
    }, (effect) => failing("give")(Effect.scoped(effect))),

    lend: (stage, between) => failing("lend")(Effect.flatMap(filesOf(stage), Effect.forEach(lend(between), { discard: true }))),

    isWhole: Effect.fnUntraced(function*(name, between) {
      const pack = yield* packOf(name, between)
      if (pack === undefined) return false
      const { files } = yield* stagesIn(pack)
      const there = yield* Effect.forEach(files, (hash) => between.bytes(nameOf(hash)))
      return there.every((bytes) => bytes !== undefined)
    }, (effect) => failing("isWhole")(Effect.scoped(effect))),

    take: Effect.fnUntraced(function*(name, between) {
      const pack = yield* packOf(name, between)
      if (pack === undefined) return undefined
      const borrowed = yield* Effect.forEach(yield* filesIn(pack), borrow(between))
      return yield* Effect.ensuring(bringWhole(pack, borrowed), Effect.sync(() => releasePending(connection, ...borrowed)))
    }, (effect) => failing("take")(Effect.scoped(effect))),

    giveUnfinished: (stage, name, between) => failing("giveUnfinished")(giveUnfinished(connection, stage, name, between)),

    takeUnfinished: (name, between) => failing("takeUnfinished")(takeUnfinished(connection, name, between))
  }
}
