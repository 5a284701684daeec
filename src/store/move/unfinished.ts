/** A stage as far as it came, with its training state, so that another machine can go on with it. */
import { setImmediate } from "node:timers/promises"
import * as Effect from "effect/Effect"
import type { Artifact } from "../../pipeline/run/Records.ts"
import { attempt } from "../Database.ts"
import { noteNamed, releasePending } from "../journal/artifacts.ts"
import type { Connection } from "../journal/Connection.ts"
import { stands } from "../journal/whole.ts"
import { fromCause } from "../storeError.ts"
import type { Between } from "./Between.ts"
import { bring, current, opened, refuse } from "./bring.ts"
import { draft, filesIn, putAs } from "./files.ts"
import { needed } from "./fresh.ts"
import { bringingIn, hasten, takingOut, write } from "./packFile.ts"

/** Works through pieces with room for others between them: a worker that is silent while it writes a large file would be given up. */
const piecewise = (file: string, pieces: () => Iterable<void>) =>
  Effect.tryPromise({
    try: async (signal) => {
      for (const _ of pieces()) {
        await setImmediate()
        if (signal.aborted) return
      }
    },
    catch: (cause) => fromCause(file, cause)
  })

/**
 * Puts a stage under a name, the files that it names within the pack: a newer one replaces the whole, where files of their own would
 * gather, one for each training state, which nobody could ever say are of no more use.
 */
export const giveUnfinished = Effect.fnUntraced(function*(connection: Connection, stage: number, name: string, between: Between) {
  const { handle: { file }, objects } = connection
  const pack = yield* draft(connection)
  yield* attempt(file, () => write(pack, file, { stage }, () => undefined))
  const files = yield* filesIn(pack)
  yield* Effect.scoped(Effect.gen(function*() {
    const db = yield* opened(pack, false)
    hasten(db)
    yield* Effect.forEach(files, ({ hash }) => piecewise(objects.path(hash), () => bringingIn(db, "object", hash, objects.path(hash))), { discard: true })
  }))
  yield* between.put(name, pack)
}, Effect.scoped)

/** Brings in what is there under a name, where that came further than the stage did here. False where nothing is. */
export const takeUnfinished = Effect.fnUntraced(function*(connection: Connection, name: string, between: Between) {
  const { handle: { sqlite }, worker } = connection
  const given = yield* draft(connection)
  if (!(yield* between.get(name, given))) return false
  const source = yield* current(given, yield* draft(connection), name)
  const wanted = yield* attempt(name, () => needed(sqlite, source, worker))
  const pack = yield* opened(source)
  /** A file of the pack, unless it is here. */
  const take = Effect.fnUntraced(function*(artifact: Artifact) {
    const { hash } = artifact
    if (!wanted.has(hash) || (yield* stands(connection, "takeUnfinished", hash))) return undefined
    const put = yield* putAs(connection, artifact, (path) => piecewise(name, () => takingOut(pack, "object", hash, path)))
    return put ?? (yield* refuse(name, `${name}, which machines share, is damaged: a file in it is not ${hash.slice(0, 12)}, as it says. Delete it there.`))
  })
  const taken: Array<Artifact | undefined> = []
  yield* Effect.forEach(yield* filesIn(source), (artifact) => Effect.map(take(artifact), (put) => taken.push(put)), { discard: true }).pipe(
    Effect.andThen(bring(connection, source)),
    Effect.andThen(Effect.suspend(() => connection.write("takeUnfinished", () => noteNamed(connection, ...taken)))),
    Effect.ensuring(Effect.sync(() => releasePending(connection, ...taken)))
  )
  return true
}, Effect.scoped)
