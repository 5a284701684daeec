/** Data sets in Parquet files, pictures inside. */
import { readdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Data from "../../../src/data/index.ts"
import * as Random from "../../../src/pipeline/Random.ts"
import { toArray } from "../../../src/pipeline/Rows.ts"
import { footerOf, rowsOf } from "../../../src/parquet/groups.ts"
import { png, runIn, writeFiles } from "../support.ts"
import { parquetOf, type Written } from "./write.ts"

const picture = await png(64, 48)

const other = await png(64, 50)

const shown = { bytes: picture, path: "COCO_train2014_000000581857.jpg" }

/** A row as `lmms-lab/RefCOCO` has it. */
const referred = (change: object = {}) => ({ image: shown, answer: ["the lady", "woman in blue"], bbox: [10.5, 20, 12.25, 17.5], ...change })

const set = (rows: ReadonlyArray<Record<string, unknown>>, how?: Written) =>
  Effect.map(writeFiles({ "val.parquet": parquetOf(rows, how) }), (folder) => ({ folder, files: join(folder, "val.parquet") }))

const says = (rows: ReadonlyArray<Record<string, unknown>>, config: object = {}) =>
  Effect.gen(function*() {
    const { files, folder } = yield* set(rows)
    const source = Data.parquet({ files, as: "referring", ...config })
    return (yield* Effect.flip(runIn(folder, source))).message
  })

describe("Data.parquet", () => {
  it.live("reads an expression an example, with the picture written out once", () =>
    Effect.gen(function*() {
      const { files, folder } = yield* set([referred(), referred({ answer: ["the shirt"] }), referred({ image: { bytes: other, path: null } })])
      const dataset = yield* runIn(folder, Data.parquet({ files, as: "referring" }))
      assert.deepStrictEqual([dataset.name, dataset.categories, dataset.skipped], ["val", [], 0])
      const examples = yield* toArray(dataset.examples)
      assert.deepStrictEqual(examples.map(({ expression, id }) => [id, expression]), [
        ["0.0", "the lady"],
        ["0.1", "woman in blue"],
        ["1", "the shirt"],
        ["2.0", "the lady"],
        ["2.1", "woman in blue"]
      ])
      assert.deepStrictEqual(examples[0]!.box, { space: "original", x1: 10.5, y1: 20, x2: 22.75, y2: 37.5 })
      assert.deepInclude(examples[0]!.image, { width: 64, height: 48 })
      assert.isTrue(readFileSync(examples[0]!.image.path).equals(picture))
      assert.deepStrictEqual(new Set(examples.map(({ image }) => image.path)).size, 2)
      assert.strictEqual(readdirSync(join(folder, "pictures"), { recursive: true }).filter((name) => String(name).endsWith(".png")).length, 2)
    }))

  it.live("reads objects with the names that the file gives to classes, corners where they are told to be", () =>
    Effect.gen(function*() {
      const features = { objects: { feature: { category: { names: ["cat", "dog"], _type: "ClassLabel" } }, _type: "Sequence" } }
      const rows = [
        { image: shown, objects: { bbox: [[1, 2, 30, 20], [5, 5, 9, 9]], category: [1n, 1n] } },
        { image: shown, objects: { bbox: [], category: [] } },
        { image: shown, objects: { bbox: [[0, 0, 64, 48]], category: [0n] } }
      ]
      const { files, folder } = yield* set(rows, { features })
      const dataset = yield* runIn(folder, Data.parquet({ files: [files], as: "detection", boxes: "xyxy", name: "pets" }))
      assert.deepStrictEqual([dataset.name, dataset.categories], ["pets", ["cat", "dog"]])
      const [first, second, third] = yield* toArray(dataset.examples)
      assert.deepStrictEqual(first!.objects, [
        { label: "dog", box: { space: "original", x1: 1, y1: 2, x2: 30, y2: 20 }, area: 29 * 18, crowd: false },
        { label: "dog", box: { space: "original", x1: 5, y1: 5, x2: 9, y2: 9 }, area: 16, crowd: false }
      ])
      assert.deepStrictEqual([first!.positives, second!.objects, third!.positives], [["dog"], [], ["cat"]])
    }))

  it.live("reads counts in answer tags, from columns of other names, in several files", () =>
    Effect.gen(function*() {
      const row = (solution: string) => ({ image: shown, problem: "<image>How many items are there?", solution })
      const folder = yield* writeFiles({
        "a.parquet": parquetOf([row("<answer> 3 </answer>"), row("4")]),
        "b.parquet": parquetOf([row("<think>5</think><answer>6</answer>")])
      })
      const files = ["a.parquet", "b.parquet"].map((name) => join(folder, name))
      const columns = { answer: "solution" }
      const examples = yield* toArray((yield* runIn(folder, Data.parquet({ files, as: "counting", columns }))).examples)
      assert.deepStrictEqual(examples.map(({ answer, id, question }) => [id, question, answer]), [
        ["0", "How many items are there?", "3"],
        ["1", "How many items are there?", "4"],
        ["2", "How many items are there?", "6"]
      ])
    }))

  it.live("names file and row of what is wrong in one of several files", () =>
    Effect.gen(function*() {
      const folder = yield* writeFiles({ "a.parquet": parquetOf([referred(), referred()]), "b.parquet": parquetOf([referred(), referred({ bbox: [1] })]) })
      const files = ["a.parquet", "b.parquet"].map((name) => join(folder, name))
      const { message } = yield* Effect.flip(runIn(folder, Data.parquet({ files, as: "referring", name: "both" })))
      assert.match(message, /^both, .*b\.parquet, row 1, field "bbox"/)
    }))

  it.live("writes pictures again that are gone", () =>
    Effect.gen(function*() {
      const { files, folder } = yield* set([referred()])
      const source = Data.parquet({ files, as: "referring" })
      yield* runIn(folder, source)
      rmSync(join(folder, "pictures"), { recursive: true })
      const [example] = yield* toArray((yield* runIn(folder, source)).examples)
      assert.isTrue(readFileSync(example!.image.path).equals(picture))
    }))

  const spoilt: ReadonlyArray<readonly [what: string, row: object, says: RegExp]> = [
    ["a box of corners", { bbox: [30, 20, 60, 40] }, /row 1, field "bbox" must be xywh, and \[30, 20, 60, 40\] leaves the image of 64 x 48 pixels\. Are its boxes corners/],
    ["an empty box", { bbox: [30, 20, 0, 40] }, /row 1, field "bbox".*is empty/],
    ["three numbers", { bbox: [30, 20, 1] }, /row 1, field "bbox" must be four numbers/],
    ["no expression", { answer: [] }, /row 1, field "answer" must hold an expression/],
    ["an empty expression", { answer: ["a", " "] }, /row 1, field "answer" must be a text that is not empty/],
    ["no bytes", { image: { bytes: null, path: "a.jpg" } }, /row 1, field "image" must hold the bytes of a picture, and names only the path "a\.jpg"/],
    ["bytes that are no picture", { image: { bytes: Buffer.from("not at all a picture, but long enough for one"), path: null } }, /row 1, field "image": .*cannot be read/],
    ["a picture that is cut short", { image: { bytes: picture.subarray(0, 60), path: null } }, /row 1, field "image": .*cut short/]
  ]
  it.live.each(spoilt)("says row and column of %s, and leaves it out when asked to", ([, change, message]) =>
    Effect.gen(function*() {
      assert.match(yield* says([referred(), referred(change)]), message)
      const { files, folder } = yield* set([referred(), referred(change)])
      const dataset = yield* runIn(folder, Data.parquet({ files, as: "referring", onBad: "skip" }))
      assert.deepStrictEqual([dataset.examples.size, dataset.skipped], [2, 1])
    }))

  it.live("names the columns that there are where one is missing, and the keys where one is wrong", () =>
    Effect.gen(function*() {
      const { image, ...rest } = referred()
      assert.match(yield* says([rest]), /val\.parquet has no column "image" for image\. It has answer, bbox; name the right one in columns/)
      assert.match(yield* says([referred()], { columns: { picture: "image" } }), /"picture" is no column that is read; there are image, expression, box/)
      assert.isDefined(image)
    }))

  it.live("reads a row group at a time", () =>
    Effect.gen(function*() {
      const { files } = yield* set(Array.from({ length: 7 }, () => referred()), { rowGroupSize: 3 })
      const footer = yield* Effect.promise(() => footerOf(files))
      assert.deepStrictEqual(footer.says.groups, [3, 3, 1])
      let bytes = 0
      const slice = footer.file.slice
      const counted = { ...footer, file: { ...footer.file, slice: (from: number, to?: number) => ((bytes += (to ?? footer.file.byteLength) - from), slice(from, to)) } }
      assert.strictEqual((yield* Effect.promise(() => rowsOf(counted, 2, ["bbox"]))).length, 1)
      assert.isBelow(bytes, footer.file.byteLength / 7) // neither the other groups nor the pictures
    }))
})

describe("a broken file", () => {
  const whole = parquetOf([referred(), referred(), referred()])

  /** Some bytes of a sound file changed, or some cut off its end. */
  const broken = (seed: number): Buffer => {
    const next = Random.stream(Random.fold(Random.key(5), seed))
    const bytes = Buffer.from(next() < 0.3 ? whole.subarray(0, Math.floor(next() * whole.length)) : whole)
    const changes = Math.floor(next() * 8)
    for (let i = 0; i < changes && bytes.length > 0; i++) bytes[bytes.length - 1 - Math.floor(next() ** 3 * bytes.length)] = Math.floor(next() * 256)
    return bytes
  }

  it.live("is read, or refused by its name, whatever its bytes", () =>
    Effect.gen(function*() {
      let refused = 0
      for (let seed = 0; seed < 20; seed++) {
        const folder = yield* writeFiles({ "broken.parquet": broken(seed) })
        const result = yield* Effect.result(runIn(folder, Data.parquet({ files: join(folder, "broken.parquet"), as: "referring", onBad: "skip" })))
        if (Result.isSuccess(result)) continue
        refused++
        assert.include(result.failure.message, "broken.parquet")
      }
      assert.isAbove(refused, 6)
    }))

  it.live("that makes the library loop is given up", () =>
    Effect.gen(function*() {
      const folder = yield* writeFiles({ "broken.parquet": broken(383) })
      const { message } = yield* Effect.flip(runIn(folder, Data.parquet({ files: join(folder, "broken.parquet"), as: "referring", onBad: "skip" })))
      assert.match(message, /broken\.parquet cannot be read as Parquet \(it is not through after 10 s\)/)
    }), { timeout: 120_000, tags: ["long"] })

  it.live("that is none at all is refused, too", () =>
    Effect.gen(function*() {
      for (const content of ["", "PAR1", "PAR1PAR1PAR1PAR1", "{\"a\": 1}".repeat(10), Buffer.concat([Buffer.alloc(64), Buffer.from([255, 255, 255, 127]), Buffer.from("PAR1")])]) {
        const folder = yield* writeFiles({ "none.parquet": content })
        const { message } = yield* Effect.flip(runIn(folder, Data.parquet({ files: join(folder, "none.parquet"), as: "referring" })))
        assert.match(message, /none\.parquet cannot be read as Parquet \(.+\)\. Fetch or write it again/)
      }
      const { message } = yield* Effect.flip(runIn(".", Data.parquet({ files: "nowhere.parquet", as: "referring" })))
      assert.match(message, /nowhere\.parquet cannot be read as Parquet \(ENOENT/)
    }))
})
