/** A pack brought into a database: its files first, then its rows. */
import * as fs from "node:fs"
import * as path from "node:path"
import Sqlite, { type Database } from "better-sqlite3"
import * as Effect from "effect/Effect"
import { attempt, openForWriting } from "../Database.ts"
import { connect } from "../journal/connect.ts"
import type { Options } from "../journal/options.ts"
import { applicationId, latest } from "../migrate.ts"
import type * as Objects from "../Objects.ts"
import { StoreError } from "../storeError.ts"
import { merge, type Merged } from "./merge.ts"
import { isPack, namesIn, takeOut } from "./packFile.ts"

/** What came over. */
export interface Unpacked extends Merged {
  /** Files that were not here. */
  readonly files: number
  readonly pictures: number
}

const refuse = (file: string, message: string): StoreError => new StoreError({ reason: "foreign", file, message })

const requirePack = (file: string) =>
  Effect.gen(function*() {
    if (!fs.existsSync(file)) return yield* refuse(file, `There is no file ${file}.`)
    if (!(yield* attempt(file, () => isPack(file)))) {
      return yield* refuse(file, `${file} is no pack; \`assay pack EXPERIMENT FILE\` makes one.`)
    }
  })

const opened = (file: string) =>
  Effect.acquireRelease(attempt(file, () => new Sqlite(file, { readonly: true, fileMustExist: true })), (db) => Effect.sync(() => db.close()))

const versionOf = (file: string) => Effect.scoped(Effect.flatMap(opened(file), (db) => attempt(file, () => Number(db.pragma("user_version", { simple: true })))))

/** The pack itself, or a copy that is brought up to date, until the scope closes. */
const current = Effect.fnUntraced(function*(file: string, drafts: string) {
  const version = yield* versionOf(file)
  if (version === latest) return file
  if (version > latest) return yield* refuse(file, `${file} was made by a newer version of assay (schema ${version}, here ${latest}). Update assay.`)
  const copy = yield* Effect.acquireRelease(
    attempt(file, () => {
      fs.copyFileSync(file, drafts)
      const db = new Sqlite(drafts)
      db.pragma(`application_id = ${applicationId}`)
      db.close()
      return drafts
    }),
    () => Effect.sync(() => ["", "-wal", "-shm"].forEach((end) => fs.rmSync(`${drafts}${end}`, { force: true })))
  )
  yield* Effect.scoped(openForWriting({ file: copy }))
  return copy
})

/** Files that artifacts name. One whose content is not what its name says ends it, before any row. */
const takeObjects = Effect.fnUntraced(function*(pack: Database, file: string, objects: Objects.Objects) {
  let taken = 0
  for (const hash of namesIn(pack, "object")) {
    if (yield* objects.verify(hash)) continue
    const draft = yield* objects.temporary
    const found = yield* attempt(file, () => takeOut(pack, "object", hash, draft))
    if (found === hash) yield* objects.install(draft, hash)
    yield* objects.discard(draft)
    if (found !== hash) {
      return yield* refuse(file, `${file} is damaged: a file in it is not ${hash.slice(0, 12)}, as it says. Pack it again.`)
    }
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
 * Brings a pack into a database, which is made where there is none; a second time changes nothing. For whoever holds the lock. `folder`
 * is that of the database. Fails with `StoreError` where the file is no pack or damaged.
 */
export const unpack = Effect.fn("Store.unpack")(function*(options: Options, folder: string, file: string) {
  yield* requirePack(file)
  const { handle: { sqlite }, objects } = yield* connect(options)
  const source = yield* current(file, yield* objects.temporary)
  const pack = yield* opened(source)
  const files = yield* takeObjects(pack, file, objects)
  const pictures = yield* attempt(file, () => takePictures(pack, folder))
  const merged = yield* attempt(options.file, () => {
    sqlite.pragma("trusted_schema = OFF")
    sqlite.prepare("ATTACH ? AS other").run(source)
    try {
      return merge(sqlite, true)
    } finally {
      sqlite.exec("DETACH other")
    }
  })
  const unpacked: Unpacked = { ...merged, files, pictures }
  return unpacked
}, Effect.scoped)
