/** The study's evaluation sets of COCO, in every reading; one label; balance. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Filter from "../../src/data/Filter.ts"
import * as Rows from "../../src/pipeline/Rows.ts"
import type { Dataset } from "../../src/task/dataset.ts"
import type { Example } from "../../src/task/detection/example.ts"
import { spool } from "../../src/testing.ts"

const box = { space: "original", x1: 0, y1: 0, x2: 10, y2: 10 } as const

/** An image with so many boxes of each label; "+" marks a crowd region of it. */
const example = (id: string, counts: { readonly [label: string]: number }, negatives: ReadonlyArray<string> = []): Example => ({
  id,
  image: { path: `${id}.png`, width: 100, height: 100 },
  objects: Object.entries(counts).flatMap(([name, count]) =>
    Array.from({ length: count }, () => ({ label: name.replace("+", ""), box, area: 100, crowd: name.endsWith("+") }))),
  positives: Object.keys(counts).filter((name) => !name.endsWith("+")),
  negatives
})

const dataset = (...examples: ReadonlyArray<Example>): Dataset<Example> =>
  ({ name: "toys", categories: ["cat", "dog"], examples: Rows.of(examples), skipped: 0 })

/** What a filter leaves: ids with labels and the number of objects. */
const left = (filter: ReturnType<typeof Filter.pos1>, ...examples: ReadonlyArray<Example>) =>
  Effect.gen(function*() {
    const found = yield* Rows.toArray((yield* filter.run(dataset(...examples))).examples)
    return found.map(({ id, objects, positives }) => `${id} ${positives.join("+")} ${objects.length}`)
  }).pipe(Effect.provide(spool))

const crowded = example("eleven", { cat: 11, dog: 1 })
const full = example("ten", { cat: 10 })
const mixed = example("mixed", { cat: 6, dog: 5 })
const one = example("one", { cat: 1, dog: 1, "dog+": 1 })

describe("COCO_pos", () => {
  it.effect("pos1 drops categories with more than ten boxes, image by image", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* left(Filter.pos1(), crowded, full, mixed), ["eleven dog 1", "ten cat 10", "mixed cat+dog 11"])
      assert.deepStrictEqual(yield* left(Filter.pos1({ ten: "goes" }), crowded, full, mixed), ["eleven dog 1", "mixed cat+dog 11"])
      assert.deepStrictEqual(yield* left(Filter.pos1({ drops: "image" }), crowded, full, mixed), ["ten cat 10", "mixed cat+dog 11"])
    }))

  it.effect("pos2 keeps images of one box a category, or one box of each category", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* left(Filter.pos2(), crowded, one), ["one cat+dog 3"])
      assert.deepStrictEqual(yield* left(Filter.pos2({ keeps: "boxes" }), crowded, one), ["eleven cat+dog 2", "one cat+dog 3"])
    }))

  it.effect("pos3 keeps images with at most ten boxes", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* left(Filter.pos3(), crowded, full, mixed, one), ["ten cat 10", "one cat+dog 3"])
      assert.deepStrictEqual(yield* left(Filter.pos3({ ten: "goes" }), full, one), ["one cat+dog 3"])
    }))

  it("has its reading in its config, which a table prints", () => {
    assert.deepStrictEqual(Filter.pos1().config, { ten: "stays", drops: "category" })
    assert.deepStrictEqual(Filter.pos2().config, { keeps: "images" })
    assert.deepStrictEqual(Filter.pos3({ ten: "goes" }).config, { ten: "goes" })
    assert.throws(() => Filter.pos1({ ten: "perhaps" as never }), /pos1: ten/)
  })
})

describe("Filter.singleClass", () => {
  it.effect("keeps images of one label, or asks about one label of each", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* left(Filter.singleClass(), mixed, full), ["ten cat 10"])
      const drawn = yield* left(Filter.singleClass({ of: "labels" }), mixed, full, example("none", {}, ["cat"]))
      assert.strictEqual(drawn.length, 2)
      assert.include(["mixed cat 6", "mixed dog 5"], drawn[0]!)
      assert.deepStrictEqual(yield* left(Filter.singleClass({ of: "labels" }), mixed, full), drawn)
    }))
})

describe("Filter.balance", () => {
  const examples = [
    ...Array.from({ length: 9 }, (_, i) => example(`full${i}`, { cat: 1 }, ["a", "b", "c", "d"])),
    ...Array.from({ length: 20 }, (_, i) => example(`empty${i}`, {}, ["a", "b"]))
  ]
  const balanced = (config: Parameters<typeof Filter.balance>[0]) =>
    Effect.flatMap(Filter.balance(config).run(dataset(...examples)), (result) => Rows.toArray(result.examples)).pipe(Effect.provide(spool))

  it.effect("keeps so many hard negatives a positive, the same for the same seed", () =>
    Effect.gen(function*() {
      const found = yield* balanced({ negatives: 2 })
      assert.deepStrictEqual(new Set(found.slice(0, 9).map(({ negatives }) => negatives.length)), new Set([2]))
      assert.isTrue(found.slice(9).every(({ negatives }) => negatives.length === 2))
      assert.deepStrictEqual(yield* balanced({ negatives: 2 }), found)
      const drawn = new Set(found.slice(0, 9).map(({ negatives }) => negatives.join()))
      assert.isAbove(drawn.size, 1)
      assert.deepStrictEqual((yield* balanced({ negatives: 0 }))[0]!.negatives, [])
    }))

  it.effect("keeps at most a share of examples without positives, in their order", () =>
    Effect.gen(function*() {
      const found = yield* balanced({ empty: 0.25 })
      assert.deepStrictEqual([found.length, found.filter(({ positives }) => positives.length === 0).length], [12, 3])
      const order = examples.map(({ id }) => id)
      assert.deepStrictEqual(found.map(({ id }) => id), order.filter((id) => found.some((one) => one.id === id)))
      assert.strictEqual((yield* balanced({ empty: 0 })).length, 9)
      assert.strictEqual((yield* balanced({})).length, 29)
    }))
})
