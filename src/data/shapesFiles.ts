/** The files of a generated data set: written whole or not at all, once. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import { area, type Size } from "../vision/Box.ts"
import { DataError } from "../task/dataError.ts"
import type { Question } from "./question.ts"
import { renderPng } from "../vision/scenes/render.ts"
import { label, labels, type Scene } from "../vision/scenes/scene.ts"

export type Layout = "coco" | "ovdeval"

/** One image to be: what it shows, and what is asked about it in OVDEval's layout. */
export interface Item {
  readonly scene: Scene
  readonly question: Question
}

/**
 * Writes `count` items as `images/*.png` and `annotations.json` in `folder`, unless they are all there.
 *
 * The folder appears whole or not at all: it is written under another name and renamed, so a kill leaves at most a
 * stray that the next writer removes, and of two processes the first wins.
 */
export const writeOnce = (
  folder: string,
  layout: Layout,
  size: Size,
  count: number,
  item: (index: number) => Item
): Effect.Effect<void, DataError> =>
  Effect.gen(function*() {
    if (yield* attempt(folder, () => isComplete(folder, count))) return
    yield* attempt(folder, () => removeStrays(folder))
    const draft = join(dirname(folder), `.${basename(folder)}.${process.pid}.${crypto.randomUUID()}`)
    yield* attempt(draft, () => mkdir(join(draft, "images"), { recursive: true }))
    yield* write(draft, layout, size, count, item).pipe(
      Effect.andThen(attempt(folder, () => publish(draft, folder, count))),
      Effect.ensuring(Effect.promise(() => rm(draft, { recursive: true, force: true })))
    )
  })

const write = (draft: string, layout: Layout, size: Size, count: number, item: (index: number) => Item) =>
  Effect.gen(function*() {
    const items = yield* Effect.forEach(
      Array.from({ length: count }, (_, index) => index),
      (index) => {
        const made = item(index)
        return attempt(draft, async () => {
          await writeFile(join(draft, "images", fileName(index)), await renderPng(made.scene))
          return made
        })
      },
      { concurrency: 8 }
    )
    const json = JSON.stringify(annotations(layout, size, items))
    yield* attempt(draft, () => writeFile(join(draft, "annotations.json"), json))
  })

/** The annotation file. OVDEval's layout annotates only what the image's `text` asks for, as the real set does. */
export const annotations = (layout: Layout, size: Size, items: ReadonlyArray<Item>) => {
  const rows = items.flatMap(({ question, scene }, image) =>
    scene.shapes
      .filter((shape) => layout === "coco" || question.text.includes(label(shape)))
      .map((shape) => ({ image, shape }))
  )
  return {
    images: items.map(({ question }, id) => ({
      id,
      file_name: fileName(id),
      ...size,
      ...(layout === "ovdeval" ? { text: question.text, neg_text: question.negText } : {})
    })),
    annotations: rows.map(({ image, shape }, id) => ({
      id,
      image_id: image,
      category_id: labels.indexOf(label(shape)),
      bbox: [shape.box.x1, shape.box.y1, shape.box.x2 - shape.box.x1, shape.box.y2 - shape.box.y1],
      area: area(shape.box),
      iscrowd: 0
    })),
    categories: labels.map((name, id) => ({ id, name, supercategory: "shape" }))
  }
}

const fileName = (index: number): string => `${String(index).padStart(6, "0")}.png`

/** Every file present; images cut short are the reader's to find. */
const isComplete = async (folder: string, count: number): Promise<boolean> => {
  const images = await readdir(join(folder, "images")).catch(() => [])
  const file = await readFile(join(folder, "annotations.json"), "utf8").catch(() => "")
  return images.filter((name) => name.endsWith(".png")).length === count && file.endsWith("}")
}

/** Puts the draft in its place, unless another process put a whole one there meanwhile. */
const publish = async (draft: string, folder: string, count: number): Promise<void> => {
  const occupied = await rename(draft, folder).then(() => false, async (cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOTEMPTY" || cause.code === "EEXIST") return true
    throw cause
  })
  if (!occupied || await isComplete(folder, count)) return
  const broken = `${draft}.broken`
  await rename(folder, broken)
  await rename(draft, folder)
  await rm(broken, { recursive: true, force: true })
}

/** Removes drafts of this folder whose process has ended. */
const removeStrays = async (folder: string): Promise<void> => {
  const parent = dirname(folder)
  const names = await readdir(parent).catch(() => [])
  const drafts = names.filter((name) => name.startsWith(`.${basename(folder)}.`))
  const strays = drafts.filter((name) => !isRunning(Number(name.split(".")[2])))
  await Promise.all(strays.map((name) => rm(join(parent, name), { recursive: true, force: true })))
}

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM"
  }
}

const attempt = <A>(path: string, run: () => Promise<A>): Effect.Effect<A, DataError> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) =>
      new DataError({
        path,
        message: `Cannot write images to ${path} (${cause instanceof Error ? cause.message : String(cause)}). ` +
          "Make the folder writable and leave room on the disk.",
        cause
      })
  })
