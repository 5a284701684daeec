import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Filter from "../../src/data/Filter.ts"
import * as Rows from "../../src/pipeline/Rows.ts"
import type { Dataset } from "../../src/task/dataset.ts"
import type { Example } from "../../src/task/detection/example.ts"
import { spool } from "../../src/testing.ts"

interface Drawn {
  readonly label: string
  readonly side?: number
  readonly crowd?: boolean
}

/** An image of 100 x 100 pixels with square objects, 10 pixels wide unless said otherwise. */
const example = (id: string, objects: ReadonlyArray<Drawn>, negatives: ReadonlyArray<string> = []): Example => ({
  id,
  image: { path: `${id}.png`, width: 100, height: 100 },
  objects: objects.map(({ crowd = false, label, side = 10 }) => ({
    label,
    box: { space: "original", x1: 0, y1: 0, x2: side, y2: side },
    area: side * side,
    crowd
  })),
  positives: [...new Set(objects.filter((object) => !object.crowd).map((object) => object.label))],
  negatives
})

const dataset = (...examples: ReadonlyArray<Example>): Dataset<Example> => ({
  name: "toys",
  categories: ["ball", "cube", "cone"],
  examples: Rows.of(examples),
  skipped: 3
})

const times = (n: number, label: string): ReadonlyArray<Drawn> => Array.from({ length: n }, () => ({ label }))

const kept = (result: Dataset<Example>) =>
  Effect.map(Rows.toArray(result.examples), (examples) =>
    examples.map(({ id, objects, positives }) => [id, positives, objects.length]))

describe("Filter", () => {
  it.effect("maxBoxesPerCategory drops crowded labels, and images with nothing else", () =>
    Effect.gen(function*() {
      const result = yield* Filter.maxBoxesPerCategory(2).run(dataset(
        example("a", [...times(3, "ball"), ...times(2, "cube")]),
        example("b", times(3, "ball"), ["cone"]),
        example("c", times(2, "ball")),
        example("d", [], ["cone"]),
        example("e", [])
      ))
      assert.deepStrictEqual(yield* kept(result), [["a", ["cube"], 2], ["c", ["ball"], 2], ["d", [], 0]])
      assert.strictEqual(result.skipped, 3)
    }).pipe(Effect.provide(spool)))

  it.effect("maxBoxesPerCategory does not count crowd regions", () =>
    Effect.gen(function*() {
      const crowd = example("a", [...times(2, "ball"), { label: "ball", crowd: true }])
      assert.deepStrictEqual(yield* kept(yield* Filter.maxBoxesPerCategory(2).run(dataset(crowd))), [["a", ["ball"], 3]])
    }).pipe(Effect.provide(spool)))

  it.effect("maxBoxes keeps whole images with few boxes", () =>
    Effect.gen(function*() {
      const result = yield* Filter.maxBoxes(3).run(dataset(
        example("a", [...times(2, "ball"), ...times(2, "cube")]),
        example("b", [...times(2, "ball"), ...times(1, "cube"), { label: "cone", crowd: true }]),
        example("c", [])
      ))
      assert.deepStrictEqual(yield* kept(result), [["b", ["ball", "cube"], 4]])
    }).pipe(Effect.provide(spool)))

  it.effect("oneBoxPerCategory keeps images whose labels all have one box", () =>
    Effect.gen(function*() {
      const result = yield* Filter.oneBoxPerCategory().run(dataset(
        example("a", [...times(1, "ball"), ...times(1, "cube")]),
        example("b", [...times(2, "ball"), ...times(1, "cube")]),
        example("c", [])
      ))
      assert.deepStrictEqual(yield* kept(result), [["a", ["ball", "cube"], 2]])
    }).pipe(Effect.provide(spool)))

  it.effect("area keeps labels all of whose boxes are within bounds, both included", () =>
    Effect.gen(function*() {
      const scene = example("a", [
        { label: "ball", side: 7 },
        { label: "cube", side: 8 },
        { label: "cone", side: 7 },
        { label: "cone", side: 50 }
      ])
      const small = yield* Filter.area({ max: 0.0049 }).run(dataset(scene, example("b", [{ label: "cube", side: 60 }])))
      assert.deepStrictEqual(yield* kept(small), [["a", ["ball"], 1]])
      const large = yield* Filter.area({ min: 0.0064 }).run(dataset(scene))
      assert.deepStrictEqual(yield* kept(large), [["a", ["cube"], 1]])
    }).pipe(Effect.provide(spool)))

  it.effect("categories narrows objects, labels, negatives and the data set's own list", () =>
    Effect.gen(function*() {
      const result = yield* Filter.categories(["ball", "cone"]).run(dataset(
        example("a", [...times(1, "ball"), ...times(1, "cube")], ["cone"]),
        example("b", times(1, "cube"), ["cone"]),
        example("c", [], ["cube"])
      ))
      assert.deepStrictEqual(yield* kept(result), [["a", ["ball"], 1]])
      assert.deepStrictEqual(result.categories, ["ball", "cone"])
      assert.deepStrictEqual((yield* Rows.toArray(result.examples))[0]!.negatives, ["cone"])
    }).pipe(Effect.provide(spool)))

  it.effect("categories names a label that the data set does not know", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Filter.categories(["bal"]).run(dataset(example("a", times(1, "ball")))))
      assert.include(error.message, "\"bal\"")
      assert.include(error.message, "ball, cube, cone")
    }).pipe(Effect.provide(spool)))

  it.effect("take keeps the first images", () =>
    Effect.gen(function*() {
      const result = yield* Filter.take(2).run(dataset(...["a", "b", "c"].map((id) => example(id, times(1, "ball")))))
      assert.deepStrictEqual((yield* kept(result)).map(([id]) => id), ["a", "b"])
    }).pipe(Effect.provide(spool)))

  it.effect("an empty result is an error that names the filter and how much it got", () =>
    Effect.gen(function*() {
      const full = dataset(example("a", times(4, "ball")), example("b", times(5, "cube")))
      const filters = {
        maxBoxes: Filter.maxBoxes(3),
        maxBoxesPerCategory: Filter.maxBoxesPerCategory(3),
        area: Filter.area({ min: 1 })
      }
      for (const [name, filter] of Object.entries(filters)) {
        const error = yield* Effect.flip(filter.run(full))
        assert.strictEqual(error._tag, "DataError")
        for (const part of [name, "2 images", "toys"]) assert.include(error.message, part)
      }
    }).pipe(Effect.provide(spool)))

  it("has its limits in its config, and refuses others", () => {
    assert.deepStrictEqual(Filter.maxBoxes(10).config, { n: 10 })
    assert.deepStrictEqual(Filter.area({ max: 0.005 }).config, { max: 0.005 })
    assert.throws(() => Filter.maxBoxes(0), /maxBoxes: [\s\S]*n/)
    assert.throws(() => Filter.area({ max: 50 }), /area: [\s\S]*max/)
  })
})
