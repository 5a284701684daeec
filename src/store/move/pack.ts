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

/** Has samples name their pictures by other places, of which several may be one: what then says the same is said once. */
const rename = (db: Database, names: ReadonlyMap<string, string>): void => {
  db.function("text_digest", { deterministic: true }, (text) => textDigest(String(text)))
  db.pragma("foreign_keys = OFF") // else SQLite looks through all completions for each text that goes
  db.exec("CREATE TEMP TABLE name_of (image TEXT PRIMARY KEY, name TEXT)")
  const add = db.prepare("INSERT INTO name_of VALUES (?, ?)")
  for (const [image, name] of names) add.run(image, name)
  db.exec(`
    CREATE TEMP TABLE renamed AS
    SELECT t.id, text_digest(json_set(t.content, '$.image', n.name)) AS digest, json_set(t.content, '$.image', n.name) AS content
    FROM text t JOIN name_of n ON n.image = iif(json_valid(t.content), t.content ->> '$.image', NULL)
    WHERE t.id IN (SELECT details FROM completion);
    CREATE TEMP TABLE kept_of (id INTEGER PRIMARY KEY, kept INTEGER);
    INSERT INTO kept_of
    SELECT r.id, coalesce((SELECT id FROM text WHERE digest = r.digest AND id NOT IN (SELECT id FROM renamed)), min(r.id) OVER (PARTITION BY r.digest)) FROM renamed r;
    UPDATE completion SET details = k.kept FROM kept_of k WHERE k.id = completion.details AND k.kept <> k.id;
    DELETE FROM text WHERE id IN (SELECT id FROM kept_of WHERE kept <> id);
    UPDATE text SET content = r.content, digest = r.digest FROM renamed r JOIN kept_of k ON k.id = r.id WHERE text.id = r.id AND k.kept = k.id;
    DROP TABLE name_of; DROP TABLE renamed; DROP TABLE kept_of`)
  db.pragma("foreign_keys = ON")
}

/** Pictures that samples show; samples name them by the place that they will have. */
const packPictures = (db: Database, { pictureOf }: Source): number => {
  const images = db.prepare(`
    SELECT DISTINCT t.content ->> '$.image' FROM text t WHERE t.id IN (SELECT details FROM completion) AND json_valid(t.content)`)
    .pluck().all() as Array<string | null>
  const files = images.flatMap((image) => image === null || image.startsWith("data:") ? [] : [{ image, file: pictureOf(image) }]).filter(({ file }) => isFile(file))
  const names = new Map<string, string>()
  for (const { file, image } of files) {
    const name = nameOf(image, file)
    bringIn(db, "picture", name, file)
    if (name !== image) names.set(image, name)
  }
  if (names.size > 0) rename(db, names)
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
