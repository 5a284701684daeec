/** Data sets that are named by a layout and its config: checked, counted, shown, converted, mended. */
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Layouts from "../data/Layouts.ts"
import { convert, type Layout as Target } from "../data/convert/convert.ts"
import { type Counted, counting } from "../data/inspect/counting.ts"
import { lintFile as lintPieces, type Found } from "../data/inspect/lintFile.ts"
import { Report } from "../task/problem.ts"
import { boxesOf, captionOf } from "../data/inspect/shown.ts"
import { summarise } from "../data/inspect/stats.ts"
import type * as Stage from "../pipeline/declare/Stage.ts"
import { InvalidConfig } from "../pipeline/Errors.ts"
import type { Json } from "../pipeline/json.ts"
import { reasonOf } from "../pipeline/reason.ts"
import type { RowsError } from "../pipeline/Rows.ts"
import { Generated, Spool } from "../pipeline/run/services.ts"
import { spoolIn } from "../pipeline/run/spool.ts"
import { DataError } from "../task/dataError.ts"
import type { AnyExample, Dataset } from "../task/dataset.ts"
import { at } from "./workspace.ts"

export type { Counted } from "../data/inspect/counting.ts"
export { type Histogram, type Stats } from "../data/inspect/stats.ts"

type Config = { readonly [key: string]: Json }
type Source = Stage.Stage<unknown, Dataset, DataError | RowsError, Spool | Generated>

/** Layouts that are read, and those that are written. */
export const layouts = Object.keys(Layouts)
export { layouts as targets } from "../data/convert/convert.ts"

/** The data set of one of `layouts`, such as `Data.coco(config)`. Fails with `InvalidConfig`, naming the key that does not fit. */
export const dataCalled = (layout: string, config: Config): Effect.Effect<Source, InvalidConfig> =>
  Effect.try({
    try: () => (Layouts as unknown as { readonly [layout: string]: (config: Config) => Source })[layout]!(config),
    catch: (cause) => cause instanceof InvalidConfig ? cause : new InvalidConfig({ stage: layout, message: reasonOf(cause) })
  })

/** Reads a data set, whose rows are there until the scope closes. What it generates lies where a run in this folder, or on $ASSAY_DB, would put it. */
export const readData = (source: Source) =>
  Effect.gen(function*() {
    const folder = yield* Effect.acquireRelease(
      Effect.promise(() => mkdtemp(join(tmpdir(), "assay-data-"))),
      (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
    )
    return yield* source.run(undefined).pipe(
      Effect.provideService(Spool, yield* spoolIn(folder)),
      Effect.provideService(Generated, { folder: at(process.env["ASSAY_DB"] || "runs.db").generated })
    )
  })

export interface Checked {
  readonly name: string
  readonly examples: number
  /** Rows and images that a data set with `onBad: "skip"` leaves out. */
  readonly skipped: number
  readonly problems: ReadonlyArray<Counted>
  /** What is no fault, but should be known. */
  readonly notes: ReadonlyArray<Counted>
}

/** Finds everything that is wrong with a data set; `most` examples of each kind are kept. */
export const checkData = (layout: string, config: Config, most: number) =>
  Effect.scoped(Effect.gen(function*() {
    const source = yield* dataCalled(layout, { ...config, onBad: "skip" })
    const [problems, notes] = [counting(most), counting(most)]
    const { examples, name, skipped } = yield* Effect.provideService(readData(source), Report, {
      problem: problems.add,
      note: notes.add
    })
    const checked: Checked = { name, examples: examples.size, skipped, problems: problems.counts(), notes: notes.counts() }
    return checked
  }))

/** What a data set holds, in numbers. */
export const dataStats = (layout: string, config: Config) =>
  Effect.scoped(Effect.gen(function*() {
    const { categories, examples, name, skipped } = yield* Effect.flatMap(dataCalled(layout, config), readData)
    const { add, result } = summarise()
    yield* Stream.runForEach(examples.chunks, (some) => Effect.sync(() => some.forEach(add)))
    return { name, categories: categories.length, skipped, ...result() }
  }))

/** Some examples, evenly spread, with what is to be drawn of each. */
export const dataPreview = (layout: string, config: Config, limit: number) =>
  Effect.scoped(Effect.gen(function*() {
    const { examples } = yield* Effect.flatMap(dataCalled(layout, config), readData)
    const count = Math.min(limit, examples.size)
    const places = Array.from({ length: count }, (_, i) => Math.floor((i * examples.size) / count))
    const chosen: ReadonlyArray<AnyExample> = yield* examples.at(places)
    return chosen.map((example) => ({
      id: example.id,
      image: example.image,
      boxes: boxesOf(example).map(({ box, label }) => ({ label, box })),
      caption: captionOf(example)
    }))
  }))

/** Writes a data set in another layout below a folder, and gives the paths of what was written, and how many examples were left out. */
export const convertData = (layout: string, config: Config, to: Target, folder: string) =>
  Effect.scoped(Effect.gen(function*() {
    const dataset = yield* Effect.flatMap(dataCalled(layout, config), readData)
    const images = [config["images"], config["folder"]].find((one) => typeof one === "string")
    return yield* convert(dataset, images ?? ".", to, folder)
  }))

/**
 * Looks through the wordings and labels of a file, of which `tell` is told. With `out`, writes it there mended, whole or not at all.
 * Fails with `DataError`.
 */
export const lintFile = (file: string, out: string | undefined, tell: (found: Found) => void): Effect.Effect<void, DataError> =>
  Effect.tryPromise({
    try: async () => {
      const pieces = lintPieces(file, tell)
      if (out === undefined) {
        for await (const _ of pieces) continue
        return
      }
      const draft = `${out}.${process.pid}.tmp`
      try {
        await writeFile(draft, pieces)
        await rename(draft, out)
      } finally {
        await rm(draft, { force: true })
      }
    },
    catch: (cause) => {
      if (cause instanceof DataError) return cause
      const path = out ?? file
      return new DataError({ path, message: `${path} cannot be written (${reasonOf(cause)}). Check folder and disk.`, cause })
    }
  })
