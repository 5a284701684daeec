import { mkdtempSync, rmSync } from "node:fs"
import { mkdir, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import sharp from "sharp"
import type * as Stage from "../../src/pipeline/declare/Stage.ts"
import { Generated, type Spool } from "../../src/pipeline/run/services.ts"
import type { AnyExample, Dataset } from "../../src/task/dataset.ts"
import { spool } from "../../src/testing.ts"

/** A folder that is gone when the test ends. */
export const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "assay-data-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** What a source of data gives, its rows in memory. */
export const run = <A extends AnyExample, E>(source: Stage.Stage<unknown, Dataset<A>, E, Spool>): Effect.Effect<Dataset<A>, E> =>
  Effect.provide(source.run(undefined), spool)

/** One grey PNG. */
export const writePng = (path: string, width: number, height: number) =>
  Effect.promise(() =>
    sharp({ create: { width, height, channels: 3, background: "#808080" } }).png().toFile(path)
  )

/** An annotation file and two pictures, cat.png of 40 x 30 and dog.jpg of 20 x 50 pixels. */
export const writeSet = (document: unknown) =>
  Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const images = join(folder, "images")
    yield* Effect.promise(() => mkdir(images))
    yield* writePng(join(images, "cat.png"), 40, 30)
    yield* Effect.promise(() =>
      sharp({ create: { width: 20, height: 50, channels: 3, background: "#336699" } }).jpeg().toFile(join(images, "dog.jpg"))
    )
    const annotations = join(folder, "pets.json")
    yield* Effect.promise(() => writeFile(annotations, typeof document === "string" ? document : JSON.stringify(document)))
    return { annotations, images }
  })

/** A sound document for those pictures. */
export const pets = () => ({
  images: [
    { id: 7, file_name: "cat.png", width: 40, height: 30, text: ["cat"], neg_text: ["bird"] },
    { id: 9, file_name: "dog.jpg", width: 20, height: 50, text: ["dog"], neg_text: [] as Array<string> }
  ],
  annotations: [
    { id: 1, image_id: 7, category_id: 2, bbox: [1, 2, 10, 20], area: 150, iscrowd: 0 },
    { id: 2, image_id: 9, category_id: 1, bbox: [0.5, 0, 19.5, 49], area: 900, iscrowd: 0 },
    { id: 3, image_id: 9, category_id: 1, bbox: [0, 0, 20, 50], area: 1000, iscrowd: 1 }
  ],
  categories: [{ id: 1, name: "dog" }, { id: 2, name: "cat" }, { id: 5, name: "bird" }]
})

/** Files below a folder that is gone when the test ends, by their paths; values that are no texts or bytes as JSON. */
export const writeFiles = (files: { readonly [path: string]: unknown }) =>
  Effect.gen(function*() {
    const folder = yield* temporaryFolder
    for (const [path, content] of Object.entries(files)) {
      const file = join(folder, path)
      yield* Effect.promise(() => mkdir(dirname(file), { recursive: true }))
      const raw = typeof content === "string" || content instanceof Uint8Array ? content : JSON.stringify(content)
      yield* Effect.promise(() => writeFile(file, raw))
    }
    return folder
  })

/** What a source gives that writes pictures out, below a folder. */
export const runIn = <A extends AnyExample, E>(
  folder: string,
  source: Stage.Stage<unknown, Dataset<A>, E, Spool | Generated>
): Effect.Effect<Dataset<A>, E> => Effect.provideService(Effect.provide(source.run(undefined), spool), Generated, { folder })

/** A grey picture as bytes. */
export const png = (width: number, height: number): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: "#808080" } }).png().toBuffer()
