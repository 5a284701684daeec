/** An experiment in one file: its rows in a database of its own, with every file that they name. */
import * as fs from "node:fs"
import * as path from "node:path"
import { createHash } from "node:crypto"
import type { Database } from "better-sqlite3"
import * as Effect from "effect/Effect"
import { codeOf } from "../../pipeline/reason.ts"
import { attempt } from "../Database.ts"
import { sync } from "../durable.ts"
import { textDigest } from "../journal/texts.ts"
import * as Objects from "../Objects.ts"
import { StoreError } from "../storeError.ts"
import { bringIn, isPack, write } from "./packFile.ts"

/** What was packed. */
export interface Packed {
  readonly runs: number
  readonly executions: number
  readonly files: number
  readonly pictures: number
  /** Results and weights that are no longer here: they are left out, and the stages will run again where they are needed. */
  readonly missing: number
}

export interface Source {
  /** The database. */
  readonly file: string
  readonly objects: string
  /** Where the picture of a stored sample lies. */
  readonly pictureOf: (image: string) => string
}

const isFile = (file: string): boolean => fs.statSync(file, { throwIfNoEntry: false })?.isFile() === true

/** Whether it was there to be brought in: a run that goes on deletes a checkpoint's file once there is a newer one. */
const brought = (db: Database, hash: string, file: string): boolean => {
  try {
    bringIn(db, "object", hash, file)
    return true
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return false
    throw cause
  }
}

/** Files of results, weights and checkpoints. */
const packObjects = (db: Database, { objects }: Source): { readonly files: number; readonly missing: number } => {
  const { path: placeOf } = Objects.make(objects, "pack")
  const hashes = db.prepare("SELECT hash FROM artifact WHERE content IS NULL").pluck().all() as Array<string>
  const files = hashes.filter((hash) => brought(db, hash, placeOf(hash))).length
  return { files, missing: hashes.length - files }
}

/** Where generated pictures lie, seen from the folder of a database; those from elsewhere are put beside them. */
const generated = ".assay/workspace/"

const nameOf = (image: string, file: string): string => {
  const slashes = image.replaceAll(path.sep, "/")
  const at = slashes.lastIndexOf(generated)
  if (at >= 0) return slashes.slice(at)
  const hash = createHash("sha256").update(fs.readFileSync(file)).digest("hex")
  return `${generated}packed/${hash}${path.extname(file).toLowerCase()}`
}

/** Pictures that samples show; samples name them by the place that they will have. */
const packPictures = (db: Database, { pictureOf }: Source): number => {
  db.function("text_digest", { deterministic: true }, (text) => textDigest(String(text)))
  const images = db.prepare(`
    SELECT DISTINCT t.content ->> '$.image' FROM text t WHERE t.id IN (SELECT details FROM completion) AND json_valid(t.content)`)
    .pluck().all() as Array<string | null>
  const rename = db.prepare(`
    UPDATE text SET content = json_set(content, '$.image', @name), digest = text_digest(json_set(content, '$.image', @name))
    WHERE id IN (SELECT details FROM completion) AND json_valid(content) AND content ->> '$.image' = @image`)
  const files = images.flatMap((image) => image === null || image.startsWith("data:") ? [] : [{ image, file: pictureOf(image) }]).filter(({ file }) => isFile(file))
  for (const { file, image } of files) {
    const name = nameOf(image, file)
    bringIn(db, "picture", name, file)
    if (name !== image) rename.run({ name, image })
  }
  return files.length
}

const refused = (target: string, what: string) => new StoreError({ reason: "unwritable", file: target, message: `${target} ${what}` })

/** Fails where a folder is in the way, or a file that is no pack. */
const requireFree = Effect.fnUntraced(function*(target: string) {
  const state = fs.statSync(target, { throwIfNoEntry: false })
  if (state === undefined) return
  if (state.isDirectory()) return yield* refused(target, "is a folder. Name a file.")
  if (!(yield* attempt(target, () => isPack(target)))) return yield* refused(target, "is there already and is no pack. Name another file.")
})

const makeFolder = (folder: string) =>
  Effect.try({ try: () => fs.mkdirSync(folder, { recursive: true }), catch: (cause) => Objects.failed(folder, cause) })

/** Writes a pack of an experiment, and makes its folder; another pack of that name is replaced once the new one is whole. */
export const pack = Effect.fn("Store.pack")(function*(source: Source, experiment: string, target: string) {
  yield* requireFree(target)
  yield* makeFolder(path.dirname(target))
  const draft = `${target}.part`
  const remove = Effect.sync(() => fs.rmSync(draft, { force: true }))
  yield* remove
  return yield* attempt(target, (): Packed => {
    const packed = write(draft, source.file, { experiment }, (db, { executions, runs }) => (
      { runs: runs.added, executions: executions.added, ...packObjects(db, source), pictures: packPictures(db, source) }
    ))
    sync(draft)
    fs.renameSync(draft, target)
    return packed
  }).pipe(Effect.ensuring(remove))
})
