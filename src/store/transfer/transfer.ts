/** Finished stages and runs out of one runs.db and into another: a pack each, and the files that it names in an object folder between them. */
import * as fs from "node:fs"
import * as path from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { JournalError } from "../../pipeline/run/journal.ts"
import type { Artifact } from "../../pipeline/run/Records.ts"
import { attempt } from "../Database.ts"
import { sync } from "../durable.ts"
import { latest } from "../migrate.ts"
import type { Objects } from "../Objects.ts"
import { StoreError } from "../storeError.ts"
import { artifactMethods, noteNamed, releasePending, removeFiles } from "../journal/artifacts.ts"
import { type Connection, journalError } from "../journal/Connection.ts"
import { decode, encode, type Head, type Line, linesOf } from "./lines.ts"
import { putter } from "./put.ts"
import { taker } from "./take.ts"

/** What a pack is made of: the id of a finished stage, or that of a run. */
export type Subject = { readonly stage: number } | { readonly run: number }

export class Transfer extends Context.Service<Transfer, {
  /** Writes a pack to `file`, and copies the files that it names to `between`; durably, the files first. */
  readonly give: (subject: Subject, file: string, between: Objects) => Effect.Effect<void, JournalError>
  /**
   * Puts a pack in, with the files that it names. What is finished here already, or in another process's hands, stays as it is:
   * whether it was put in is returned. A run finds the stages that it rests on, where they are put in before it.
   */
  readonly take: (file: string, between: Objects) => Effect.Effect<boolean, JournalError>
}>()("assay/store/Transfer") {}

const unreadable = (file: string, cause: unknown): StoreError =>
  cause instanceof StoreError ? cause : new StoreError({ reason: "corrupt", file, message: `${file} is no pack that assay wrote: delete it, and run again.`, cause })

const checkHead = (file: string, head: Line): Head => {
  if (!("pack" in head)) throw new Error("no head")
  if (head.schema === latest) return head
  throw new StoreError({
    reason: head.schema > latest ? "newer" : "older",
    file,
    message: `${file} was written by an assay whose databases have schema version ${head.schema}; those of this one have ${latest}. Use one version on all machines.`
  })
}

/** Rows of artifacts, which stand at the beginning of a pack. */
const artifactsIn = (file: string): ReadonlyArray<Artifact> => {
  const found: Array<Artifact> = []
  let first = true
  for (const text of linesOf(file)) {
    const line = decode(text)
    if (first) checkHead(file, line)
    else if (!("rows" in line) || line.table !== "artifact") break
    else {
      const at = (name: string) => line.columns.indexOf(name)
      for (const row of line.rows) found.push({ hash: String(row[at("hash")]), bytes: Number(row[at("bytes")]), mediaType: String(row[at("media_type")]) })
    }
    first = false
  }
  if (first) throw new Error("empty")
  return found
}

const copy = (from: string, to: string) =>
  Effect.tryPromise({ try: () => fs.promises.copyFile(from, to), catch: (cause) => new JournalError({ operation: "copy", message: `${from} could not be copied to ${to}: ${String(cause)}.`, cause }) })

export const transferMethods = (connection: Connection): Transfer["Service"] => {
  const { handle: { file: database, sqlite }, objects } = connection
  const lines = taker(sqlite)
  const artifacts = artifactMethods(connection)
  const failing = <A, E>(operation: string, effect: Effect.Effect<A, E | StoreError>) =>
    Effect.mapError(effect, (error) => error instanceof StoreError ? journalError(operation)(error) : error) as Effect.Effect<A, Exclude<E, StoreError> | JournalError>

  const write = (subject: Subject, to: string): ReadonlyArray<string> => {
    const hashes: Array<string> = []
    const descriptor = fs.openSync(to, "w")
    try {
      for (const line of "stage" in subject ? lines.stage(subject.stage) : lines.run(subject.run)) {
        if ("rows" in line && line.table === "artifact") hashes.push(...line.rows.map((row) => String(row[line.columns.indexOf("hash")])))
        fs.writeSync(descriptor, `${encode(line)}\n`)
      }
      fs.fsyncSync(descriptor)
    } finally {
      fs.closeSync(descriptor)
    }
    return hashes
  }

  /** What is short stands in its row, and has no file. */
  const lend = (between: Objects) => Effect.fnUntraced(function*(hash: string) {
    if (!fs.existsSync(objects.path(hash)) || (yield* between.verify(hash))) return
    const draft = yield* between.temporary
    yield* Effect.ensuring(
      Effect.gen(function*() {
        yield* copy(objects.path(hash), draft)
        yield* between.seal(draft)
        yield* between.install(draft, hash)
      }),
      between.discard(draft)
    )
  })

  const give = Effect.fnUntraced(function*(subject: Subject, file: string, between: Objects) {
    const draft = yield* between.temporary
    yield* Effect.ensuring(
      Effect.gen(function*() {
        const hashes = yield* attempt(database, () => write(subject, draft))
        yield* Effect.forEach(hashes, lend(between), { discard: true })
        yield* attempt(file, () => {
          fs.renameSync(draft, file)
          sync(path.dirname(file))
        })
      }),
      between.discard(draft)
    )
  })

  const bring = (between: Objects) => Effect.fnUntraced(function*(artifact: Artifact) {
    if (!fs.existsSync(between.path(artifact.hash)) || (yield* objects.verify(artifact.hash))) return undefined
    const put = yield* artifacts.put(artifact.mediaType, (path) => copy(between.path(artifact.hash), path))
    if (put.hash === artifact.hash) return put
    releasePending(connection, put)
    return undefined // the stage will be found to lack it
  })

  const putIn = (file: string) => {
    const put = putter(connection)
    for (const text of linesOf(file)) {
      const line = decode(text)
      if ("pack" in line) continue
      if (!put.rows(line)) return { taken: false, dropped: put.dropped }
    }
    return { taken: true, dropped: put.dropped }
  }

  const take = Effect.fnUntraced(function*(file: string, between: Objects) {
    const named = yield* Effect.try({ try: () => artifactsIn(file), catch: (cause) => unreadable(file, cause) })
    const brought = (yield* Effect.forEach(named, bring(between))).filter((artifact) => artifact !== undefined)
    const { dropped, taken } = yield* connection.write("take", () => {
      const result = putIn(file)
      noteNamed(connection, ...brought)
      return result
    }).pipe(Effect.ensuring(Effect.sync(() => releasePending(connection, ...brought))))
    yield* removeFiles(connection, dropped)
    return taken
  })

  return {
    give: (subject, file, between) => failing("give", give(subject, file, between)),
    take: (file, between) => failing("take", take(file, between))
  }
}
