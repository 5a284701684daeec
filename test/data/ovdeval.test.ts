/** OVDEval as it is published: eight files, some of which may lack `text`; ids from 0. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Data from "../../src/data/index.ts"
import { toArray } from "../../src/pipeline/Rows.ts"
import { png, run, writeFiles } from "./support.ts"

/** A subset in its folders, with what its images say of their questions. */
const subset = (questions: ReadonlyArray<object>) =>
  Effect.gen(function*() {
    const picture = yield* Effect.promise(() => png(340, 254))
    const folder = yield* writeFiles({
      "annotations/logo.json": {
        categories: ["computer without screen on", "computer with screen on", "a \"smart\" computer"]
          .map((name, id) => ({ supercategory: "object", id, name })),
        annotations: [
          { id: 0, bbox: [111, 117, 99, 75], category_id: 0, image_id: 0, iscrowd: 0, area: 7523 },
          ...(questions.length < 2 ? [] : [{ id: 1, bbox: [1, 2, 30, 40], category_id: 2, image_id: 1, iscrowd: 0, area: 1000 }])
        ],
        images: questions.map((question, id) => ({ file_name: `${id}.jpg`, id, height: 254, width: 340, ...question }))
      },
      ...Object.fromEntries(questions.map((_, id) => [`images/logo/${id}.jpg`, picture]))
    })
    return Data.ovdevalFiles(folder, "logo")
  })

const asked = (questions: ReadonlyArray<object>) =>
  Effect.gen(function*() {
    const { examples } = yield* run(Data.ovdeval(yield* subset(questions)))
    return (yield* toArray(examples)).map(({ negatives, positives }) => [positives, negatives])
  })

const [off, on, smart] = ["computer without screen on", "computer with screen on", "a \"smart\" computer"]

describe("Data.ovdeval", () => {
  it.effect("reads a subset from its folders: ids from 0, areas as given", () =>
    Effect.gen(function*() {
      const dataset = yield* run(Data.ovdeval(yield* subset([{ text: [off], neg_text: [on] }])))
      assert.strictEqual(dataset.name, "ovdeval-logo")
      const [example] = yield* toArray(dataset.examples)
      assert.strictEqual(example!.id, "0")
      assert.deepInclude(example!.objects[0]!, { label: off, area: 7523 })
    }))

  it.effect("takes annotated labels and all other categories where no image of the file has text", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* asked([{}, {}]), [[[off], [on, smart]], [[smart], [off, on]]])
    }))

  it.effect("takes neg_text where it is there, also without text", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* asked([{ neg_text: [on] }, { neg_text: [] }]), [[[off], [on]], [[smart], []]])
    }))

  it.effect("takes all other categories where no image of the file has neg_text", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* asked([{ text: [off] }, { text: [smart] }]), [[[off], [on, smart]], [[smart], [off, on]]])
    }))

  it.effect.each([
    ["text", {}, { text: [smart], neg_text: [] }],
    ["neg_text", { text: [off] }, { text: [smart], neg_text: [off] }]
  ] as const)("refuses an image without %s among others that have it, naming it", ([field, ...questions]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(asked(questions))
      for (const part of ["image 0", `field "${field}"`, "other images have it"]) assert.include(error.message, part)
    }))

  it.effect("refuses an annotated label that nothing asks for", () =>
    Effect.gen(function*() {
      const { message } = yield* Effect.flip(asked([{ text: [off], neg_text: [on] }, { text: [], neg_text: [on] }]))
      for (const part of ["image 1", "field \"text\"", "smart", "nothing asks for it"]) assert.include(message, part)
    }))

  it("knows the eight subsets in their five groups", () => {
    const groups = Object.values(Data.ovdevalGroups)
    assert.deepStrictEqual([groups.length, groups.flat().length], [5, 8])
  })
})
