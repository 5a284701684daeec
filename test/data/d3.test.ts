/** D3: sentences as categories, asked group by group. */
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Data from "../../src/data/index.ts"
import { toArray } from "../../src/pipeline/Rows.ts"
import { png, run, writeFiles } from "./support.ts"

const [helmet, running, led, touched] = ["equestrian rider's helmet", "a horse running or jumping", "outdoor dog led by rope", "a dog being touched"]

const files = [
  "equestrian/006_14295751692.jpg",
  "equestrian/007_1.jpg",
  "dog/001_2.jpg"
]

/** Two groups; in the second picture of horses nothing holds. */
const set = (sentences?: unknown) =>
  Effect.gen(function*() {
    const picture = yield* Effect.promise(() => png(40, 30))
    const folder = yield* writeFiles({
      "d3_json/d3_full_annotations.json": {
        images: files.map((file_name, id) => ({ id, file_name, width: 40, height: 30 })),
        categories: [helmet, running, led, touched].map((name, i) => ({ id: i + 1, name })),
        annotations: [
          { id: 0, image_id: 0, category_id: 1, bbox: [1, 2, 10, 10], area: 90, iscrowd: 0 },
          { id: 1, image_id: 0, category_id: 2, bbox: [1, 2, 10, 10], area: 90, iscrowd: 0 },
          { id: 2, image_id: 2, category_id: 3, bbox: [1, 2, 10, 10], area: 90, iscrowd: 0 }
        ]
      },
      ...Object.fromEntries(files.map((file) => [`d3_images/${file}`, picture])),
      ...(sentences === undefined ? {} : { "sentences.json": sentences })
    })
    return { ...Data.d3Files(folder, "full"), ...(sentences === undefined ? {} : { sentences: join(folder, "sentences.json") }) }
  })

const asked = (sentences?: unknown) =>
  Effect.gen(function*() {
    const { examples } = yield* run(Data.d3(yield* set(sentences)))
    return (yield* toArray(examples)).map(({ id, negatives, positives }) => [id, positives, negatives])
  })

describe("Data.d3", () => {
  it.effect("takes an image's folder as its group, and what is annotated there as the group's sentences", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* asked(), [["0", [helmet, running], []], ["1", [], [helmet, running]], ["2", [led], []]])
    }))

  it.effect("takes the sentences of a converted file, those of other settings left out", () =>
    Effect.gen(function*() {
      const sentences = { 0: [1, 2, 400], 1: [2], 2: [4, 3] }
      assert.deepStrictEqual(yield* asked(sentences), [["0", [helmet, running], []], ["1", [], [running]], ["2", [led], [touched]]])
    }))

  it.effect("keeps one box of two sentences as two objects", () =>
    Effect.gen(function*() {
      const { categories, examples, name } = yield* run(Data.d3(yield* set()))
      assert.deepStrictEqual([name, categories.length], ["d3-full", 4])
      assert.deepStrictEqual((yield* toArray(examples))[0]!.objects.map(({ label }) => label), [helmet, running])
    }))

  it.effect("says what is wrong with the converted file", () =>
    Effect.gen(function*() {
      const messages = yield* Effect.forEach(
        [{ 0: [1], 2: [3] }, { 0: "1" }, [[1]], { 0: [77], 1: [], 2: [] }],
        (sentences) => Effect.map(Effect.flip(asked(sentences)), ({ message }) => message)
      )
      const says = ["image 1, is missing in the file of sentences", "\"0\" must be a list", "must be an object", "names no sentence"]
      messages.forEach((message, i) => assert.include(message, says[i]!))
    }))

  it.effect("has a content that follows the converted file", () =>
    Effect.gen(function*() {
      const hash = (sentences: unknown) => Effect.flatMap(set(sentences), (files) => Data.d3(files).content!)
      assert.strictEqual(yield* hash({ 0: [1] }), yield* hash({ 0: [1] }))
      assert.notStrictEqual(yield* hash({ 0: [1] }), yield* hash({ 0: [2] }))
    }))
})

describe("Data.odinw", () => {
  it.effect("reads a folder in which pictures lie beside their annotations, and names it by set and split", () =>
    Effect.gen(function*() {
      const path = "Cottontail Rabbits/416x416/valid"
      const folder = yield* writeFiles({
        [`${path}/annotations_without_background.json`]: {
          images: [{ id: 0, file_name: "a.jpg", width: 40, height: 30 }],
          categories: [{ id: 1, name: "Cottontail-Rabbit", supercategory: "Cottontail-Rabbit" }],
          annotations: [{ id: 0, image_id: 0, category_id: 1, bbox: [1, 2, 10, 10], area: 100, iscrowd: 0 }]
        },
        [`${path}/a.jpg`]: yield* Effect.promise(() => png(40, 30))
      })
      const data = Data.odinw({ folder: join(folder, path) })
      yield* data.content!
      const { examples, name } = yield* run(data)
      assert.strictEqual(name, "Cottontail Rabbits-valid")
      assert.deepStrictEqual((yield* toArray(examples))[0]!.positives, ["Cottontail-Rabbit"])
      const error = yield* Effect.flip(run(Data.odinw({ folder: join(folder, path), annotations: "none.json" })))
      assert.include(error.message, "none.json")
    }))
})
