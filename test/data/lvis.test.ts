/** LVIS is federated: only what is known of an image may be asked. */
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Data from "../../src/data/index.ts"
import { toArray } from "../../src/pipeline/Rows.ts"
import { detection } from "../../src/task/detection/detection.ts"
import { png, run, writeFiles } from "./support.ts"

const image = (change: object = {}) => ({
  id: 125257,
  width: 40,
  height: 30,
  coco_url: "http://images.cocodataset.org/val2017/000000125257.jpg",
  neg_category_ids: [3],
  not_exhaustive_category_ids: [2],
  ...change
})

const set = (images: ReadonlyArray<object>) =>
  Effect.gen(function*() {
    const picture = yield* Effect.promise(() => png(40, 30))
    const folder = yield* writeFiles({
      "lvis.json": {
        info: { version: "1.0" },
        images,
        annotations: [
          { id: 1, image_id: 125257, category_id: 1, bbox: [1, 2, 10, 20], area: 120, segmentation: [[1, 2, 3, 4, 5, 6]] },
          { id: 2, image_id: 125257, category_id: 2, bbox: [5, 5, 10, 10], area: 80, segmentation: [] }
        ],
        categories: ["bat_(animal)", "banana", "cup", "door"].map((name, i) => ({ id: i + 1, name, synset: `${name}.n.01`, frequency: "f" }))
      },
      "val2017/000000125257.jpg": picture,
      "COCO_val2014_000000125257.jpg": picture
    })
    return { annotations: join(folder, "lvis.json"), images: folder }
  })

describe("Data.lvis", () => {
  it.effect("asks for what is annotated in full and what is known to be absent; the rest counts as crowd", () =>
    Effect.gen(function*() {
      const files = yield* set([image()])
      const dataset = yield* run(Data.lvis(files))
      const [example] = yield* toArray(dataset.examples)
      assert.deepStrictEqual([example!.positives, example!.negatives], [["bat_(animal)"], ["cup"]])
      assert.deepStrictEqual(example!.objects.map(({ crowd, label }) => [label, crowd]), [["bat_(animal)", false], ["banana", true]])
      const { asks } = detection.evaluation
      assert.sameMembers([...asks({ mode: "asked" }, example!, dataset)!], ["bat_(animal)", "cup"])
      assert.deepStrictEqual(asks({ mode: "positive" }, example!, dataset), ["bat_(animal)"])
      assert.strictEqual(asks({ mode: "all" }, example!, dataset)!.length, 4)
    }))

  it.effect("finds the picture by file_name (version 0.5) or by the end of coco_url (version 1)", () =>
    Effect.gen(function*() {
      const pathOf = (row: object) =>
        Effect.gen(function*() {
          const files = yield* set([row])
          yield* Data.lvis(files).content!
          const [example] = yield* toArray((yield* run(Data.lvis(files))).examples)
          return example!.image.path.slice(files.images.length + 1)
        })
      assert.strictEqual(yield* pathOf(image()), join("val2017", "000000125257.jpg"))
      assert.strictEqual(yield* pathOf(image({ file_name: "COCO_val2014_000000125257.jpg" })), "COCO_val2014_000000125257.jpg")
    }))

  const spoilt: ReadonlyArray<readonly [what: string, change: object, says: ReadonlyArray<string>]> = [
    ["no negatives, as in a file of COCO", { neg_category_ids: undefined }, ["image 125257", "neg_category_ids", "is this LVIS?"]],
    ["an unknown negative", { neg_category_ids: [77] }, ["neg_category_ids", "77"]],
    ["an unknown partial category", { not_exhaustive_category_ids: [78] }, ["not_exhaustive_category_ids", "78"]],
    ["a negative that is annotated", { neg_category_ids: [1] }, ["neg_category_ids", "bat_(animal)"]],
    ["a negative that is annotated in part", { neg_category_ids: [2] }, ["neg_category_ids", "banana"]],
    ["an id that is none", { neg_category_ids: [3, null] }, ["\"neg_category_ids\"[1]"]],
    ["an address without a folder", { coco_url: "125257.jpg" }, ["images[0]", "coco_url"]]
  ]
  for (const [what, change, says] of spoilt) {
    it.effect(`${what} is a bad image`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(run(Data.lvis(yield* set([image(change)]))))
        for (const part of says) assert.include(error.message, part)
      }))
  }
})
