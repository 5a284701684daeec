/** Referring expressions in VLM-R1's rows. */
import { readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Data from "../../src/data/index.ts"
import * as Random from "../../src/pipeline/Random.ts"
import { toArray } from "../../src/pipeline/Rows.ts"
import { Spool } from "../../src/pipeline/run/services.ts"
import { spoolIn } from "../../src/pipeline/run/spool.ts"
import { png, run, writeFiles } from "./support.ts"

const file = "train2014/COCO_train2014_000000581857.jpg"

/** A row as VLM-R1 writes it, of a picture of 42 x 64 pixels. */
const row = (change: object = {}) => ({
  height: 64,
  width: 42,
  id: 0,
  dataset_name: "refcoco",
  bbox_list: [[10.5, 30, 22.7, 46.4]],
  image: file,
  problem: "Please provide the bounding box coordinate of the region this sentence describes: the lady with the blue shirt.",
  normal_caption: "the lady with the blue shirt",
  solution: [10.5, 30, 23.7, 47.4],
  normalized_solution: [250, 468, 564, 740],
  ...change
})

const set = (content: unknown, name = "rec.json") =>
  Effect.gen(function*() {
    const folder = yield* writeFiles({ [name]: content, [file]: yield* Effect.promise(() => png(42, 64)) })
    return { annotations: join(folder, name), images: folder }
  })

const lines = (rows: ReadonlyArray<unknown>) => rows.map((one) => typeof one === "string" ? one : JSON.stringify(one)).join("\n")

describe("Data.rec", () => {
  it.effect("reads expression and box, and leaves bbox_list alone", () =>
    Effect.gen(function*() {
      const files = yield* set([row()])
      const dataset = yield* run(Data.rec(files))
      assert.deepStrictEqual([dataset.name, dataset.categories, dataset.skipped], ["rec", [], 0])
      assert.deepStrictEqual(yield* toArray(dataset.examples), [{
        id: "0",
        image: { path: join(files.images, file), width: 42, height: 64 },
        expression: "the lady with the blue shirt",
        box: { space: "original", x1: 10.5, y1: 30, x2: 23.7, y2: 47.4 }
      }])
    }))

  it.effect("needs no more than image, problem and solution", () =>
    Effect.gen(function*() {
      const { image, problem, solution } = row()
      const [example] = yield* toArray((yield* run(Data.rec(yield* set([{ image, problem, solution }])))).examples)
      assert.strictEqual(example!.expression, "the lady with the blue shirt")
      assert.deepInclude(example!.image, { width: 42, height: 64 })
    }))

  it.effect("reads JSON lines as it reads a list, also of the other suffix", () =>
    Effect.gen(function*() {
      const rows = [row(), row({ normal_caption: "the shirt" })]
      for (const name of ["rec.jsonl", "rec.json"]) {
        const { examples } = yield* run(Data.rec(yield* set(`\ufeff${lines([rows[0], "", rows[1]])}\r\n`, name)))
        assert.deepStrictEqual((yield* toArray(examples)).map(({ expression, id }) => [id, expression]), [
          ["0", "the lady with the blue shirt"],
          ["1", "the shirt"]
        ])
      }
    }))

  const spoilt: ReadonlyArray<readonly [what: string, row: unknown, says: ReadonlyArray<string>]> = [
    ["no solution", row({ solution: undefined }), ["line 2", "solution"]],
    ["three corners", row({ solution: [1, 2, 3] }), ["solution", "four numbers"]],
    ["x, y, width, height", row({ solution: [30, 40, 10, 20] }), ["solution", "inside out"]],
    ["a box of a larger picture", row({ solution: [10, 30, 230, 470] }), ["leaves the image of 42 x 64", "images folder"]],
    ["another wording without caption", row({ normal_caption: undefined, problem: "Where is she?" }), ["problem", "normal_caption"]],
    ["an empty expression", row({ normal_caption: "" }), ["normal_caption", "empty"]],
    ["a picture that is not there", row({ image: "train2014/none.jpg" }), ["image", "none.jpg"]],
    ["a picture of another size", row({ width: 43 }), ["42 x 64", "43 x 64"]],
    ["a path out of the folder", row({ image: "../secret.jpg" }), ["image", "stay inside"]],
    ["no object", [1], ["line 2", "must be an object"]],
    ["no JSON", "{\"image\": NaN}", ["line 2", "not JSON", "NaN"]]
  ]
  for (const [what, bad, says] of spoilt) {
    it.effect(`${what}: fails naming file, row and field, or leaves the row out and counts it`, () =>
      Effect.gen(function*() {
        const files = yield* set(lines([row(), bad, row()]), "rec.jsonl")
        const error = yield* Effect.flip(run(Data.rec(files)))
        assert.strictEqual(error._tag, "DataError")
        for (const part of [files.annotations, "line 2", "onBad", ...says]) assert.include(error.message, part)
        const { examples, skipped } = yield* run(Data.rec({ ...files, onBad: "skip" }))
        assert.deepStrictEqual((yield* toArray(examples)).map(({ id }) => id), ["0", "2"])
        assert.strictEqual(skipped, 1)
      }))
  }

  it.effect("names a row of a list by its place, and a file that is neither list nor lines", () =>
    Effect.gen(function*() {
      assert.include((yield* Effect.flip(run(Data.rec(yield* set([row(), row({ solution: 1 })]))))).message, "[1], field \"solution\"")
      assert.include((yield* Effect.flip(run(Data.rec(yield* set(" \n"))))).message, "is empty")
      assert.include((yield* Effect.flip(run(Data.rec(yield* set("[{\"image\": 1"))))).message, "ends too early")
    }))

  it.effect("gives the same rows, in the same order and by index, where they are too many for memory", () =>
    Effect.gen(function*() {
      const count = 10_000
      const files = yield* set(lines(Array.from({ length: count }, (_, i) => row({ normal_caption: `thing ${i}` }))), "rec.jsonl")
      const spool = yield* spoolIn(join(files.images, "rows"))
      const { examples } = yield* Effect.provideService(Data.rec(files).run(undefined), Spool, spool)
      assert.isAbove(readdirSync(join(files.images, "rows")).length, 0)
      const all = yield* toArray(examples)
      assert.deepStrictEqual(all.map(({ expression }) => expression), Array.from({ length: count }, (_, i) => `thing ${i}`))
      assert.deepStrictEqual(yield* examples.at([9999, 0, 5000]), [all[9999]!, all[0]!, all[5000]!])
    }))

  it.effect("garbled in any way gives a data set or an error that names the file", () =>
    Effect.gen(function*() {
      for (const name of ["rec.json", "rec.jsonl"]) {
        const files = yield* set("[]", name)
        const text = Buffer.from(name === "rec.json" ? JSON.stringify([row(), row()]) : lines([row(), row()]))
        let [good, bad] = [0, 0]
        for (let round = 0; round < 100; round++) {
          const next = Random.stream(Random.fold(Random.key(7), name, round))
          const bytes = Buffer.from(text)
          const letters = "{}[]\",:\\01e-n \n\0\u00ff"
          bytes[Math.floor(next() * bytes.length)] = letters.charCodeAt(Math.floor(next() * letters.length))
          writeFileSync(files.annotations, bytes.subarray(0, next() < 0.2 ? Math.floor(next() * bytes.length) : bytes.length))
          for (const onBad of ["fail", "skip"] as const) {
            const found = yield* Effect.result(run(Data.rec({ ...files, onBad })))
            if (Result.isSuccess(found)) {
              assert.isAtMost(found.success.examples.size, 4)
              good++
            } else {
              assert.strictEqual(found.failure._tag, "DataError")
              assert.include(found.failure.message, files.annotations)
              bad++
            }
          }
        }
        for (const count of [good, bad]) assert.isAbove(count, 10)
      }
    }))

  it.effect("has a content that follows rows and pictures", () =>
    Effect.gen(function*() {
      const files = yield* set([row()])
      const before = yield* Data.rec(files).content!
      assert.strictEqual(yield* Data.rec(files).content!, before)
      const other = yield* set([row({ normal_caption: "she" })])
      assert.notStrictEqual(yield* Data.rec(other).content!, before)
      assert.notStrictEqual(yield* Data.rec({ ...files, images: join(files.images, "elsewhere") }).content!, before)
    }))
})
