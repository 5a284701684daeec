import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Data from "../../src/data/index.ts"
import { toArray } from "../../src/pipeline/Rows.ts"
import { pets, run, writePng, writeSet } from "./support.ts"

describe("Data.coco", () => {
  it.effect("reads boxes as corners, areas, crowds, and an image's labels in the order of the categories", () =>
    Effect.gen(function*() {
      const files = yield* writeSet(pets())
      const dataset = yield* run(Data.coco(files))
      assert.strictEqual(dataset.name, "pets")
      assert.deepStrictEqual(dataset.categories, ["dog", "cat", "bird"])
      assert.strictEqual(dataset.skipped, 0)
      const [cat, dog] = yield* toArray(dataset.examples)
      assert.deepStrictEqual(cat, {
        id: "7",
        image: { path: join(files.images, "cat.png"), width: 40, height: 30 },
        objects: [{ label: "cat", box: { space: "original", x1: 1, y1: 2, x2: 11, y2: 22 }, area: 150, crowd: false }],
        positives: ["cat"],
        negatives: []
      })
      assert.deepStrictEqual(dog!.objects.map(({ area, crowd }) => ({ area, crowd })), [
        { area: 900, crowd: false },
        { area: 1000, crowd: true }
      ])
      assert.deepStrictEqual(dog!.positives, ["dog"])
    }))

  it.effect("takes width times height for a missing area, and no crowd for a missing flag", () =>
    Effect.gen(function*() {
      const document = pets()
      const files = yield* writeSet({ ...document, annotations: [{ image_id: 7, category_id: 2, bbox: [0, 0, 4, 5] }] })
      const dataset = yield* run(Data.coco(files))
      const examples = yield* toArray(dataset.examples)
      assert.deepInclude(examples[0]!.objects[0]!, { area: 20, crowd: false })
      assert.deepStrictEqual(examples[1]!.positives, [])
    }))
})

describe("Data.ovdeval", () => {
  it.effect("takes the labels to ask for from text, and hard negatives from neg_text", () =>
    Effect.gen(function*() {
      const dataset = yield* run(Data.ovdeval({ ...(yield* writeSet(pets())), name: "animals" }))
      assert.strictEqual(dataset.name, "animals")
      assert.deepStrictEqual((yield* toArray(dataset.examples)).map(({ negatives, positives }) => ({ negatives, positives })), [
        { positives: ["cat"], negatives: ["bird"] },
        { positives: ["dog"], negatives: [] }
      ])
    }))
})

type Pets = ReturnType<typeof pets>
const change = (edit: (document: Pets) => void): Pets => {
  const document = pets()
  edit(document)
  return document
}

/** What is wrong, and what the message must name. */
const spoilt: ReadonlyArray<readonly [what: string, document: Pets, says: ReadonlyArray<string>]> = [
  ["a box of three numbers", change((d) => void d.annotations[0]!.bbox.pop()), ["annotation 1", "bbox"]],
  ["a box that is no number", change((d) => void (d.annotations[0]!.bbox[2] = "9" as never)), ["annotation 1", "\"bbox\"[2]"]],
  ["an empty box", change((d) => void (d.annotations[0]!.bbox[3] = 0)), ["annotation 1", "bbox", "positive"]],
  ["corners instead of sizes", change((d) => void (d.annotations[0]!.bbox = [30, 20, 38, 28])), ["annotation 1", "40 x 30"]],
  ["an unknown category", change((d) => void (d.annotations[0]!.category_id = 77)), ["annotation 1", "category_id", "77"]],
  ["a negative area", change((d) => void (d.annotations[0]!.area = -1)), ["annotation 1", "area"]],
  ["a strange crowd flag", change((d) => void (d.annotations[0]!.iscrowd = 2)), ["annotation 1", "iscrowd"]],
  ["a label without annotation", change((d) => void d.images[0]!.text.push("dog")), ["image 7", "text", "dog"]],
  ["a negative that is there", change((d) => void d.images[0]!.neg_text.push("cat")), ["image 7", "neg_text", "cat"]],
  ["no text", change((d) => void delete (d.images[0] as { text?: unknown }).text), ["image 7", "text"]],
  ["a wrong width", change((d) => void (d.images[0]!.width = 41)), ["image 7", "41 x 30", "40 x 30"]],
  ["a missing file", change((d) => void (d.images[0]!.file_name = "gone.png")), ["image 7", "gone.png", "file_name"]]
]

describe("bad rows", () => {
  for (const [what, document, says] of spoilt) {
    it.effect(`${what}: fails naming file, entry and field, or leaves the image out and counts it`, () =>
      Effect.gen(function*() {
        const files = yield* writeSet(document)
        const error = yield* Effect.flip(run(Data.ovdeval(files)))
        assert.strictEqual(error._tag, "DataError")
        for (const part of [files.annotations, "skip", ...says]) assert.include(error.message, part)
        const dataset = yield* run(Data.ovdeval({ ...files, onBad: "skip" }))
        assert.deepStrictEqual((yield* toArray(dataset.examples)).map((example) => example.id), ["9"])
        assert.strictEqual(dataset.skipped, 1)
      }))
  }

  it.effect("a row that belongs to no image counts as one left out", () =>
    Effect.gen(function*() {
      const files = yield* writeSet(change((d) => void (d.annotations[2]!.image_id = 1000)))
      const error = yield* Effect.flip(run(Data.coco(files)))
      assert.include(error.message, "annotation 3")
      assert.include(error.message, "image_id")
      const dataset = yield* run(Data.coco({ ...files, onBad: "skip" }))
      assert.strictEqual(dataset.examples.size, 2)
      assert.strictEqual(dataset.skipped, 1)
    }))

  it.effect("a doubled image id is reported", () =>
    Effect.gen(function*() {
      const files = yield* writeSet(change((d) => void (d.images[1]!.id = 7)))
      assert.include((yield* Effect.flip(run(Data.coco(files)))).message, "image 7")
    }))
})

describe("bad pictures", () => {
  const damage: ReadonlyArray<readonly [string, (images: string) => void]> = [
    ["a PNG cut short", (images) => truncateSync(join(images, "cat.png"), 60)],
    ["an empty file", (images) => truncateSync(join(images, "cat.png"), 0)],
    ["text in place of a picture", (images) => writeFileSync(join(images, "cat.png"), "not a picture ".repeat(20))]
  ]
  for (const [what, spoil] of damage) {
    it.effect(`${what} is found before anything is computed`, () =>
      Effect.gen(function*() {
        const files = yield* writeSet(pets())
        spoil(files.images)
        const error = yield* Effect.flip(run(Data.coco(files)))
        assert.include(error.message, join(files.images, "cat.png"))
        assert.include(error.message, "image 7")
        const dataset = yield* run(Data.coco({ ...files, onBad: "skip" }))
        assert.deepStrictEqual([dataset.examples.size, dataset.skipped], [1, 1])
      }))
  }
})

describe("bad files", () => {
  const cases: ReadonlyArray<readonly [string, unknown, string]> = [
    ["no JSON", "{\"images\": [", "is not JSON"],
    ["no images", { annotations: [], categories: [] }, "images"],
    ["a category without a name", { images: [], annotations: [], categories: [{ id: 1 }] }, "name"],
    ["two categories of one id", { images: [], annotations: [], categories: [{ id: 1, name: "a" }, { id: 1, name: "b" }] }, "twice"]
  ]
  for (const [what, document, says] of cases) {
    it.effect(`${what}: fails even when bad rows are skipped`, () =>
      Effect.gen(function*() {
        const files = yield* writeSet(document)
        const error = yield* Effect.flip(run(Data.coco({ ...files, onBad: "skip" })))
        assert.include(error.message, files.annotations)
        assert.include(error.message, says)
      }))
  }

  it.effect("a missing annotation file is named", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(run(Data.coco({ annotations: "no/such.json", images: "." })))
      assert.include(error.message, "no/such.json")
    }))
})

describe("content", () => {
  it.effect("follows the annotation file and the lengths of the pictures", () =>
    Effect.gen(function*() {
      const files = yield* writeSet(pets())
      const hash = () => Data.coco(files).content!
      const before = yield* hash()
      assert.strictEqual(yield* hash(), before)
      appendFileSync(join(files.images, "cat.png"), "x")
      const longer = yield* hash()
      assert.notStrictEqual(longer, before)
      rmSync(join(files.images, "cat.png"))
      assert.notStrictEqual(yield* hash(), longer)
      yield* writePng(join(files.images, "cat.png"), 40, 30)
      assert.strictEqual(yield* hash(), before)
      writeFileSync(files.annotations, `${readFileSync(files.annotations, "utf8")} `)
      assert.notStrictEqual(yield* hash(), before)
    }))
})
