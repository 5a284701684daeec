/** Pictures known again: duplicates within a data set, and leaks between two. */
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import sharp from "sharp"
import * as Data from "../../src/data/index.ts"
import * as Filter from "../../src/data/Filter.ts"
import { toArray } from "../../src/pipeline/Rows.ts"
import { spool } from "../../src/testing.ts"
import { run, writeFiles } from "./support.ts"

const picture = (background: string) => sharp({ create: { width: 20, height: 10, channels: 3, background } })

/** Data sets of pictures by name: "red" and "copy" are one file, "again" has the same pixels in another format. */
const sets = Effect.gen(function*() {
  const [red, again, blue] = yield* Effect.promise(() =>
    Promise.all([picture("#f00").png().toBuffer(), picture("#f00").webp({ lossless: true }).toBuffer(), picture("#00f").png().toBuffer()])
  )
  const document = (...names: ReadonlyArray<string>) => ({
    images: names.map((name, id) => ({ id, file_name: `${name}.png`, width: 20, height: 10 })),
    annotations: names.map((_, id) => ({ id, image_id: id, category_id: 1, bbox: [1, 1, 5, 5] })),
    categories: [{ id: 1, name: "cat" }]
  })
  const folder = yield* writeFiles({
    "red.png": red,
    "copy.png": red,
    "again.png": again,
    "blue.png": blue,
    "all.json": document("red", "copy", "again", "blue"),
    "held.json": document("copy"),
    "other.json": document("blue")
  })
  const set = (name: string) => Data.coco({ annotations: join(folder, `${name}.json`), images: folder })
  return { all: set("all"), held: set("held"), other: set("other") }
})

const ids = (dataset: Data.Dataset<Data.Example>) => Effect.map(toArray(dataset.examples), (found) => found.map(({ id }) => id))

describe("Filter.distinct", () => {
  it.effect("keeps the first of equal files, or of equal pixels", () =>
    Effect.gen(function*() {
      const all = yield* run((yield* sets).all)
      assert.deepStrictEqual(yield* ids(yield* Filter.distinct().run(all)), ["0", "2", "3"])
      assert.deepStrictEqual(yield* ids(yield* Filter.distinct({ by: "pixels" }).run(all)), ["0", "3"])
    }).pipe(Effect.provide(spool)))
})

describe("Filter.apartFrom", () => {
  it.effect("drops pictures of the other data set, whatever their names", () =>
    Effect.gen(function*() {
      const { all, held } = yield* sets
      const dataset = yield* run(all)
      assert.deepStrictEqual(yield* ids(yield* Filter.apartFrom(held).run(dataset)), ["2", "3"])
      assert.deepStrictEqual(yield* ids(yield* Filter.apartFrom(held, { by: "pixels" }).run(dataset)), ["3"])
    }).pipe(Effect.provide(spool)))

  it.effect("fails at a leak when that is asked for, naming example and data set", () =>
    Effect.gen(function*() {
      const { all, held, other } = yield* sets
      const error = yield* Effect.flip(Filter.apartFrom(held, { onLeak: "fail" }).run(yield* run(all)))
      for (const part of ["example 0 of \"all\"", "red.png", "also in \"held\""]) assert.include(error.message, part)
      const clean = yield* Filter.apartFrom(other, { onLeak: "fail" }).run(yield* run(held))
      assert.deepStrictEqual(yield* ids(clean), ["0"])
    }).pipe(Effect.provide(spool)))

  it.effect("fails when nothing is left", () =>
    Effect.gen(function*() {
      const { held } = yield* sets
      const error = yield* Effect.flip(Filter.apartFrom(held).run(yield* run(held)))
      assert.include(error.message, "left none of the 1 images")
    }).pipe(Effect.provide(spool)))
})
