/** YOLO folders: a text file an image. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Data from "../../src/data/index.ts"
import { toArray } from "../../src/pipeline/Rows.ts"
import { png, run, writeFiles } from "./support.ts"

const yaml = "path: .\ntrain: images/train\nval: images/val\nnames:\n  0: cat\n  1: red car\n"

const set = (files: { readonly [name: string]: string }, names: { readonly [name: string]: string } = { "data.yaml": yaml }) =>
  Effect.gen(function*() {
    const picture = yield* Effect.promise(() => png(100, 50))
    const folder = yield* writeFiles({
      "images/a.jpg": picture,
      "images/b.PNG": picture,
      "images/notes.md": "no picture",
      ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`labels/${name}`, text])),
      ...names
    })
    const [first] = Object.keys(names)
    return { annotations: join(folder, "labels"), images: join(folder, "images"), names: join(folder, first!) }
  })

describe("Data.yolo", () => {
  it.effect("reads centres and sizes as shares of the picture, and takes a picture without a file for an empty one", () =>
    Effect.gen(function*() {
      const files = yield* set({ "a.txt": "1 0.5 0.5 0.2 0.4\n0 0.1 0.2 0.2 0.4\r\n\n" })
      yield* Data.yolo(files).content!
      const dataset = yield* run(Data.yolo(files))
      assert.deepStrictEqual([dataset.name, dataset.categories], ["labels", ["cat", "red car"]])
      const [a, b] = yield* toArray(dataset.examples)
      assert.deepStrictEqual(a, {
        id: "a",
        image: { path: join(files.images, "a.jpg"), width: 100, height: 50 },
        objects: [
          { label: "red car", box: { space: "original", x1: 40, y1: 15, x2: 60, y2: 35 }, area: 400, crowd: false },
          { label: "cat", box: { space: "original", x1: 0, y1: 0, x2: 20, y2: 20 }, area: 400, crowd: false }
        ],
        positives: ["cat", "red car"],
        negatives: []
      })
      assert.deepStrictEqual([b!.id, b!.objects, b!.positives], ["b", [], []])
    }))

  it.effect("reads pictures in folders below, with the text files of their paths", () =>
    Effect.gen(function*() {
      const files = yield* set({ "a.txt": "", "sub/a.txt": "0 0.5 0.5 0.2 0.4", "sub/deep/c.txt": "1 0.5 0.5 0.2 0.4" })
      for (const path of ["sub/a.jpg", "sub/deep/c.jpg"]) {
        mkdirSync(dirname(join(files.images, path)), { recursive: true })
        writeFileSync(join(files.images, path), readFileSync(join(files.images, "a.jpg")))
      }
      const before = yield* Data.yolo(files).content!
      const examples = yield* toArray((yield* run(Data.yolo(files))).examples)
      assert.deepStrictEqual(examples.map(({ id, positives }) => [id, positives]), [["a", []], ["b", []], ["sub/a", ["cat"]], ["sub/deep/c", ["red car"]]])
      writeFileSync(join(files.annotations, "sub/a.txt"), "1 0.5 0.5 0.2 0.4")
      assert.notStrictEqual(yield* Data.yolo(files).content!, before)
    }))

  it.effect("reads text files whatever the case of their suffix, and refuses two pictures of one name", () =>
    Effect.gen(function*() {
      const files = yield* set({ "a.TXT": "0 0.5 0.5 0.2 0.4", "b.txt": "" })
      assert.deepStrictEqual((yield* toArray((yield* run(Data.yolo(files))).examples)).map(({ objects }) => objects.length), [1, 0])
      writeFileSync(join(files.images, "b.jpg"), readFileSync(join(files.images, "a.jpg")))
      assert.match((yield* Effect.flip(run(Data.yolo(files)))).message, /b\.jpg, has the name of b\.PNG, and one text file stands for both\. Rename one of them\./)
      const { examples, skipped } = yield* run(Data.yolo({ ...files, onBad: "skip" }))
      assert.deepStrictEqual([(yield* toArray(examples)).map(({ id }) => id), skipped], [["a", "b"], 1])
    }))

  it.effect("says which file is not UTF-8", () =>
    Effect.gen(function*() {
      const files = yield* set({ "a.txt": "" })
      writeFileSync(join(files.annotations, "a.txt"), Buffer.from("0 0.5 0.5 0.2 0.4 \u00e9", "latin1"))
      assert.match((yield* Effect.flip(run(Data.yolo(files)))).message, /a\.txt, cannot be read \(it is not UTF-8; save it as UTF-8\)/)
      writeFileSync(files.names, Buffer.from("names: [caf\u00e9]", "latin1"))
      assert.match((yield* Effect.flip(run(Data.yolo(files)))).message, /data\.yaml cannot be read .*it is not UTF-8/)
    }))

  it.effect("takes names from a list in YAML, or a file of one a line", () =>
    Effect.gen(function*() {
      const categories = (names: { readonly [name: string]: string }) =>
        Effect.gen(function*() {
          return (yield* run(Data.yolo(yield* set({ "a.txt": "" }, names)))).categories
        })
      assert.deepStrictEqual(yield* categories({ "data.yaml": "names: ['cat', red car]\n" }), ["cat", "red car"])
      assert.deepStrictEqual(yield* categories({ "classes.txt": "cat\nred car\n" }), ["cat", "red car"])
      for (const [text, says] of [["names:\n  0: cat\n  2: dog\n", "1 is missing"], ["nc: 2\n", "no `names`"], ["names: [cat, cat]\n", "the same"]]) {
        const error = yield* Effect.flip(categories({ "data.yaml": text! }))
        assert.include(error.message, says!)
        assert.include(error.message, "data.yaml")
      }
    }))

  const spoilt: ReadonlyArray<readonly [what: string, line: string, says: string]> = [
    ["a polygon", "0 0.1 0.1 0.2 0.1 0.2 0.2", "polygon"],
    ["four words", "0 0.1 0.1 0.2", "a label and four numbers"],
    ["no numbers", "cat 0.1 0.1 0.2 0.2", "a label and four numbers"],
    ["an unknown label", "2 0.5 0.5 0.2 0.2", "names label \"2\", and there are 2"],
    ["a label that is no whole number", "0.5 0.5 0.5 0.2 0.2", "names label"],
    ["pixels", "0 50 25 20 20", "leaves the image"],
    ["no width", "0 0.5 0.5 0 0.2", "not positive"]
  ]
  for (const [what, line, says] of spoilt) {
    it.effect(`${what}: fails naming file and line`, () =>
      Effect.gen(function*() {
        const files = yield* set({ "a.txt": `0 0.5 0.5 0.2 0.2\n${line}\n` })
        const error = yield* Effect.flip(run(Data.yolo(files)))
        for (const part of ["a.txt", "\"line\"[2]", says]) assert.include(error.message, part)
        assert.strictEqual((yield* run(Data.yolo({ ...files, onBad: "skip" }))).skipped, 1)
      }))
  }

  it.effect("misses the picture of a text file, but for classes.txt", () =>
    Effect.gen(function*() {
      const files = yield* set({ "a.txt": "", "classes.txt": "cat\n", "sub/classes.txt": "cat\n", "c.txt": "" })
      assert.include((yield* Effect.flip(run(Data.yolo(files)))).message, "c.txt, has no picture")
      assert.strictEqual((yield* run(Data.yolo({ ...files, onBad: "skip" }))).skipped, 1)
    }))

  it.effect("has a content that follows texts, pictures and names", () =>
    Effect.gen(function*() {
      const files = yield* set({ "a.txt": "" })
      const hashes = new Set([yield* Data.yolo(files).content!])
      hashes.add(yield* Data.yolo(yield* set({ "a.txt": "0 0.5 0.5 0.2 0.2" })).content!)
      hashes.add(yield* Data.yolo(yield* set({ "a.txt": "" }, { "classes.txt": "dog\n" })).content!)
      rmSync(join(files.images, "a.jpg"))
      hashes.add(yield* Data.yolo(files).content!)
      assert.strictEqual(hashes.size, 4)
    }))
})
