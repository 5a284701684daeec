/** RefCOCO in its original layout, and the pickles that it comes in. */
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Data from "../../src/data/index.ts"
import { NotPlain, unpickle } from "../../src/data/layouts/unpickle.ts"
import * as Random from "../../src/pipeline/Random.ts"
import { toArray } from "../../src/pipeline/Rows.ts"
import { pickles } from "./pickles.ts"
import { png, run, writeFiles } from "./support.ts"

const plain = (value: unknown): unknown =>
  value instanceof Map
    ? Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]))
    : Array.isArray(value)
    ? value.map(plain)
    : value

describe("unpickle", () => {
  for (const [protocol, bytes] of Object.entries(pickles.refs)) {
    it(`reads references as Python's protocol ${protocol} writes them`, () => {
      assert.deepStrictEqual(plain(unpickle(Buffer.from(bytes, "base64"))), pickles.value)
    })
  }

  for (const [what, bytes] of Object.entries(pickles.refused)) {
    it(`refuses ${what}, which is no plain data`, () => {
      assert.throws(() => unpickle(Buffer.from(bytes, "base64")), NotPlain)
    })
  }

  it("refuses a pickle that is cut short anywhere, and takes any garbled one as data or refuses it", () => {
    for (const text of Object.values(pickles.refs)) {
      const bytes = Buffer.from(text, "base64")
      for (let length = 0; length < bytes.length; length++) {
        assert.throws(() => unpickle(bytes.subarray(0, length)), NotPlain)
      }
      let good = 0
      for (let round = 0; round < 500; round++) {
        const next = Random.stream(Random.fold(Random.key(4), round))
        const garbled = Buffer.from(bytes)
        garbled[Math.floor(next() * bytes.length)] = Math.floor(next() * 256)
        try {
          unpickle(garbled)
          good++
        } catch (cause) {
          assert.instanceOf(cause, NotPlain)
        }
      }
      assert.isAbove(good, 20)
    }
  })
})

const file = "COCO_train2014_000000581857.jpg"

const instances = (change: object = {}) => ({
  images: [{ id: 581857, file_name: file, width: 42, height: 64 }],
  annotations: [
    { id: 1719310, image_id: 581857, category_id: 1, bbox: [10.5, 30, 13.25, 17], area: 90, iscrowd: 0, segmentation: [[1, 2, 3]] },
    { id: 5, image_id: 581857, category_id: 1, bbox: [1, 1, 2, 2], area: 4, iscrowd: 0 }
  ],
  categories: [{ id: 1, name: "person" }],
  ...change
})

const set = (refs: unknown, document: object = instances(), name = "refs(unc).p") =>
  Effect.gen(function*() {
    const folder = yield* writeFiles({
      "instances.json": document,
      [name]: refs,
      [`train2014/${file}`]: yield* Effect.promise(() => png(42, 64))
    })
    return { annotations: join(folder, "instances.json"), refs: join(folder, name), images: join(folder, "train2014"), split: "testA" }
  })

describe("Data.refs", () => {
  it.effect("makes an example of every sentence of a split, with the picture of the instances file", () =>
    Effect.gen(function*() {
      for (const bytes of Object.values(pickles.refs)) {
        const files = yield* set(Buffer.from(bytes, "base64"))
        const dataset = yield* run(Data.refs(files))
        assert.strictEqual(dataset.name, "refs(unc)-testA")
        const image = { path: join(files.images, file), width: 42, height: 64 }
        const box = { space: "original", x1: 10.5, y1: 30, x2: 23.75, y2: 47 }
        assert.deepStrictEqual(yield* toArray(dataset.examples), [
          { id: "0", image, expression: "the lady with the blue shirt", box },
          { id: "1", image, expression: "caf\u00e9 lady's \ud83d\udc4d", box }
        ] as never)
      }
    }))

  it.effect("reads JSON of the same", () =>
    Effect.gen(function*() {
      const files = yield* set(pickles.value, instances(), "refs.json")
      assert.strictEqual((yield* run(Data.refs(files))).examples.size, 2)
      assert.strictEqual((yield* run(Data.refs({ ...files, split: "train" }))).examples.size, 1)
    }))

  it.effect("names the splits that there are", () =>
    Effect.gen(function*() {
      const files = yield* set(Buffer.from(pickles.refs[2], "base64"))
      const error = yield* Effect.flip(run(Data.refs({ ...files, split: "test" })))
      assert.include(error.message, "no split \"test\". It has testA, train.")
    }))

  it.effect("names references whose annotation or picture is not there, and rows that are none", () =>
    Effect.gen(function*() {
      const message = (refs: unknown, document: object = instances()) =>
        Effect.gen(function*() {
          return (yield* Effect.flip(run(Data.refs(yield* set(refs, document, "refs.json"))))).message
        })
      assert.include(yield* message(pickles.value, instances({ annotations: [] })), "[0], field \"ann_id\": no annotation has the id 1719310")
      assert.include(yield* message(pickles.value, instances({ images: [] })), "[0], field \"image_id\": no image has the id 581857")
      assert.include(yield* message([{ ...pickles.value[0], sentences: [{ sent_id: 1 }] }]), "field \"sent\"")
      assert.include(yield* message([{ ...pickles.value[0], sentences: [7] }]), "\"sentences\"[0] must be an object")
      assert.include(yield* message([null]), "[0], must be an object")
      const wide = [{ ...instances().annotations[0], bbox: [10, 30, 130, 170] }]
      assert.include(yield* message(pickles.value, instances({ annotations: wide })), "leaves the image")
      const wrong = instances({ annotations: [{ id: 1719310, bbox: [1] }] })
      assert.match(yield* message(pickles.value, wrong), /refs\.json, \[0\], annotations\[0\] of .*instances\.json, field "bbox"/)
    }))

  it.effect("leaves out what is wrong where it is told to, and never minds what is wrong in other splits", () =>
    Effect.gen(function*() {
      const [row] = pickles.value
      const rows = [row, { ...row, sentences: [7] }, { ...row, split: "train", sentences: [7] }, { ...row, ann_id: 6 }]
      const sound = instances()
      const files = yield* set(rows, { ...sound, annotations: [...sound.annotations, { id: 6, bbox: [1, 1, -2, 2] }] }, "refs.json")
      const dataset = yield* run(Data.refs({ ...files, onBad: "skip" }))
      assert.deepStrictEqual([dataset.examples.size, dataset.skipped], [row!.sentences.length, 2])
    }))

  it.effect("says what a pickle is that it cannot read", () =>
    Effect.gen(function*() {
      const message = (bytes: Uint8Array) =>
        Effect.gen(function*() {
          return (yield* Effect.flip(run(Data.refs(yield* set(bytes))))).message
        })
      for (const bytes of Object.values(pickles.refused)) {
        const said = yield* message(Buffer.from(bytes, "base64"))
        assert.include(said, "cannot be read as a pickle")
        assert.include(said, "Convert it to JSON")
      }
      assert.include(yield* message(Buffer.from("N.")), "it is no list")
    }))
})
