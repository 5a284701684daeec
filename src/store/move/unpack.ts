/** A pack with files brought into a database: its files first, then its rows. */
import * as fs from "node:fs"
import * as path from "node:path"
import type { Database } from "better-sqlite3"
import * as Effect from "effect/Effect"
import { attempt } from "../Database.ts"
import { connect } from "../journal/connect.ts"
import type { Options } from "../journal/options.ts"
import { keepStamps } from "../journal/whole.ts"
import type * as Objects from "../Objects.ts"
import { bring, current, opened, refuse, versionOf } from "./bring.ts"
import { needed } from "./fresh.ts"
import type { Merged } from "./merge.ts"
import { hashIn, namesIn, takeOut } from "./packFile.ts"

/** What came over. */
export interface Unpacked extends Merged {
  /** Files that were not here. */
  readonly files: number
  readonly pictures: number
}

const damaged = (file: string, hash: string) => refuse(file, `${file} is damaged: a file in it is not ${hash.slice(0, 12)}, as it says. Pack it again.`)

/** Fails with `StoreError` where a file is no pack, or damaged: a file in it is not what its name says. Nothing is written. */
export const checkPack = Effect.fn("Store.checkPack")(function*(file: string) {
  yield* versionOf(file, file)
  const pack = yield* opened(file)
  for (const hash of yield* attempt(file, () => namesIn(pack, "object"))) {
    if ((yield* attempt(file, () => hashIn(pack, "object", hash))) !== hash) return yield* damaged(file, hash)
  }
}, Effect.scoped)

/** Files of a checked pack that are of use here, each held to its name once more as it lies here: the pack may be removed after that. */
const takeObjects = Effect.fnUntraced(function*(pack: Database, file: string, objects: Objects.Objects, needed: ReadonlySet<string>) {
  let taken = 0
  for (const hash of namesIn(pack, "object")) {
    if (!needed.has(hash) || (yield* objects.verify(hash))) continue
    yield* Effect.acquireUseRelease(objects.temporary, Effect.fnUntraced(function*(draft) {
      yield* attempt(file, () => takeOut(pack, "object", hash, draft))
      if ((yield* objects.seal(draft)).hash !== hash) return yield* damaged(file, hash)
      yield* objects.install(draft, hash)
    }), objects.discard)
    taken++
  }
  return taken
})

const generated = ".assay/workspace/"

/** Whether a picture may go where it says: below the folder of generated files, and nowhere else. */
const isPlace = (name: string): boolean => name.startsWith(generated) && path.posix.normalize(name) === name && !name.includes("\\") && !name.includes("\0")

const takePictures = (pack: Database, folder: string): number => {
  const missing = namesIn(pack, "picture").filter((name) => isPlace(name) && !fs.existsSync(path.join(folder, name)))
  for (const name of missing) {
    const target = path.join(folder, name)
    fs.mkdirSync(path.dirname(target), { recursive: true })
    takeOut(pack, "picture", name, `${target}.part`)
    fs.renameSync(`${target}.part`, target)
  }
  return missing.length
}

/**
 * Brings a pack that was checked into a database, which is made where there is none; a second time changes nothing. For whoever holds the
 * lock. `folder` is that of the database.
 */
export const unpack = Effect.fn("Store.unpack")(function*(options: Options, folder: string, file: string) {
  const connection = yield* connect(options)
  const source = yield* current(file, yield* connection.objects.temporary)
  const pack = yield* opened(source)
  const wanted = yield* attempt(options.file, () => needed(connection.handle.sqlite, source))
  const files = yield* takeObjects(pack, file, connection.objects, wanted)
  const pictures = yield* attempt(file, () => takePictures(pack, folder))
  const unpacked: Unpacked = { ...(yield* bring(connection, source)), files, pictures }
  yield* connection.write("unpack", () => keepStamps(connection, wanted))
  return unpacked
}, Effect.scoped)
