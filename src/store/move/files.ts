/** Files of packs on their way in and out. */
import * as Effect from "effect/Effect"
import type { Artifact } from "../../pipeline/run/Records.ts"
import { attempt } from "../Database.ts"
import { artifactMethods, releasePending } from "../journal/artifacts.ts"
import type { Connection } from "../journal/Connection.ts"
import type { StoreError } from "../storeError.ts"
import { opened } from "./bring.ts"

/** A file until the scope closes. */
export const draft = ({ objects }: Connection) => Effect.acquireRelease(objects.temporary, objects.discard)

/** Artifacts of a pack that are files: what is short stands in its row. */
export const filesIn = (pack: string): Effect.Effect<ReadonlyArray<Artifact>, StoreError> =>
  Effect.scoped(Effect.flatMap(opened(pack), (db) => attempt(pack, () =>
    db.prepare("SELECT hash, bytes, media_type AS mediaType FROM artifact WHERE content IS NULL").all() as Array<Artifact>)))

/** Puts what `write` writes, which is to be an artifact; undefined where it is another than that. */
export const putAs = Effect.fnUntraced(function*<E>(
  connection: Connection,
  { hash, mediaType }: Artifact,
  write: (path: string) => Effect.Effect<void, E>
) {
  const put = yield* artifactMethods(connection).put(mediaType, write)
  if (put.hash === hash) return put
  releasePending(connection, put)
  return undefined
})
