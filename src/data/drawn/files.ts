/** The files of a drawn data set: written whole or not at all, once, and again when they are not what was written. */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { setImmediate } from "node:timers/promises"
import * as Effect from "effect/Effect"
import { isRunning } from "../../pipeline/isRunning.ts"
import { reasonOf } from "../../pipeline/reason.ts"
import { DataError } from "../../task/dataError.ts"
import { bytesOf } from "../../task/readJson.ts"
import { pngOf } from "../../vision/scenes/render.ts"
import { annotationText, type DrawnSet, pictureName } from "./annotations.ts"

/** The file that holds the hash of all the others. */
const seal = "sha256"

/**
 * Writes a data set as `images/*.png` and `annotations.json` in `folder`, unless they are there as they were written: a
 * hash beside them tells of any that was cut short or replaced.
 *
 * The folder appears whole or not at all: it is written under another name, synced and renamed, so a kill or a power cut
 * leaves at most a stray that the next writer removes, and of two processes the first wins.
 */
export const writeOnce = (folder: string, set: DrawnSet): Effect.Effect<void, DataError> =>
  Effect.gen(function*() {
    const { count } = set
    if (yield* attempt(folder, () => isWhole(folder, count))) return
    yield* attempt(folder, () => removeStrays(folder))
    const draft = join(dirname(folder), `.${basename(folder)}.${process.pid}.${crypto.randomUUID()}`)
    yield* attempt(draft, () => mkdir(join(draft, "images"), { recursive: true }))
    yield* write(draft, set).pipe(
      Effect.andThen(attempt(folder, () => publish(draft, folder, count))),
      Effect.ensuring(Effect.promise(() => rm(draft, { recursive: true, force: true })))
    )
  })

const write = (draft: string, set: DrawnSet) =>
  Effect.gen(function*() {
    yield* Effect.forEach(
      Array.from({ length: set.count }, (_, index) => index),
      (index) =>
        attempt(draft, async () =>
          writeFile(join(draft, "images", pictureName(index)), await pngOf(set.at(index).picture()), { flush: true })),
      { concurrency: 8, discard: true }
    )
    yield* attempt(draft, async () => {
      await writeFile(join(draft, "annotations.json"), annotationText(set), { flush: true })
      await writeFile(join(draft, seal), await hashOf(draft, set.count), { flush: true })
      for (const folder of [join(draft, "images"), draft]) await syncFolder(folder)
    })
  })

/** Hash of the annotation file and of every picture. */
const hashOf = async (folder: string, count: number): Promise<string> => {
  const hash = createHash("sha256")
  for await (const bytes of bytesOf(join(folder, "annotations.json"))) hash.update(bytes)
  for (let index = 0; index < count; index++) {
    // synchronous calls take a tenth of the time, and now and then others get their turn
    if (index % 100 === 0) await setImmediate()
    hash.update(createHash("sha256").update(readFileSync(join(folder, "images", pictureName(index)))).digest())
  }
  return hash.digest("hex")
}

/** Whether every file is what was written. */
const isWhole = async (folder: string, count: number): Promise<boolean> => {
  const stated = await readFile(join(folder, seal), "utf8").catch(() => "")
  return stated !== "" && stated === await hashOf(folder, count).catch(() => "unreadable")
}

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, "r")
  await handle.sync().finally(() => handle.close())
}

/** Puts the draft in its place, unless another process put a whole one there meanwhile. */
const publish = async (draft: string, folder: string, count: number): Promise<void> => {
  const occupied = await rename(draft, folder).then(() => false, async (cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOTEMPTY" || cause.code === "EEXIST") return true
    throw cause
  })
  if (occupied) {
    if (await isWhole(folder, count)) return
    const broken = `${draft}.broken`
    await rename(folder, broken)
    await rename(draft, folder)
    await rm(broken, { recursive: true, force: true })
  }
  await syncFolder(dirname(folder))
}

/** Removes drafts of this folder whose process has ended. */
const removeStrays = async (folder: string): Promise<void> => {
  const parent = dirname(folder)
  const names = await readdir(parent).catch(() => [])
  const drafts = names.filter((name) => name.startsWith(`.${basename(folder)}.`))
  const strays = drafts.filter((name) => !isRunning(Number(name.split(".")[2])))
  await Promise.all(strays.map((name) => rm(join(parent, name), { recursive: true, force: true })))
}

const attempt = <A>(path: string, run: () => Promise<A>): Effect.Effect<A, DataError> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) =>
      new DataError({
        path,
        message: `Cannot write images to ${path} (${reasonOf(cause)}). Make the folder writable and leave room on the disk.`,
        cause
      })
  })
