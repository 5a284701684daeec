/** Expressions about the objects of an image mean one of them, and nothing else. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stage from "../../../src/pipeline/declare/Stage.ts"
import * as Random from "../../../src/pipeline/Random.ts"
import * as Rows from "../../../src/pipeline/Rows.ts"
import { express } from "../../../src/task/referring/express.ts"
import { expressions } from "../../../src/task/referring/index.ts"
import { spool } from "../../../src/testing.ts"
import type { LabeledBox } from "../../../src/vision/Box.ts"
import { scene } from "../../../src/vision/scenes/scene.ts"

const size = { width: 100, height: 100 }

const object = (label: string, x: number, y: number, side = 10): LabeledBox<"original"> => ({
  label,
  box: { space: "original", x1: x, y1: y, x2: x + side, y2: y + side }
})

const said = (...objects: ReadonlyArray<LabeledBox<"original">>) =>
  Object.fromEntries(express(objects, size).map(({ box, expression }) => [expression, [box.x1, box.y1]]))

describe("what can be said of objects", () => {
  it("is the label of one that has it alone", () => {
    assert.deepStrictEqual(said(object("cat", 1, 2), object("dog", 3, 4)), { "the cat": [1, 2], "the dog": [3, 4] })
  })

  it("is the end of a row that one of several stands at", () => {
    assert.deepStrictEqual(said(object("cat", 0, 50), object("cat", 30, 50), object("cat", 80, 50)), {
      "the leftmost cat": [0, 50],
      "the rightmost cat": [80, 50]
    })
    assert.deepStrictEqual(said(object("cat", 50, 0), object("cat", 50, 30)), {
      "the topmost cat": [50, 0],
      "the lowest cat": [50, 30]
    })
  })

  it("is the size by which one stands out", () => {
    const [small, middle, large] = [object("cat", 50, 50, 10), object("cat", 49, 49, 12), object("cat", 45, 45, 20)]
    assert.deepStrictEqual(said(small, middle, large), { "the smallest cat": [50, 50], "the largest cat": [45, 45] })
  })

  it("is nothing where a difference is too small to be seen", () => {
    assert.deepStrictEqual(said(object("cat", 50, 50), object("cat", 55, 50)), {})
    assert.deepStrictEqual(said(), {})
  })

  it("means no two objects, whatever the scene", () => {
    for (let i = 0; i < 300; i++) {
      const objects = scene(Random.stream(Random.fold(Random.key(3), i)), { width: 112, height: 112 }).shapes
        .map(({ box, colour }) => ({ label: colour, box }))
      const found = express(objects, { width: 112, height: 112 })
      assert.strictEqual(new Set(found.map(({ expression }) => expression)).size, found.length)
      for (const { box, expression } of found) {
        const label = expression.split(" ").at(-1)
        assert.isTrue(objects.some((one) => one.box === box && one.label === label))
      }
    }
  })
})

describe("Task.referring.expressions", () => {
  const annotated = (id: string, ...objects: ReadonlyArray<LabeledBox<"original"> & { readonly crowd: boolean }>) =>
    ({ id, image: { ...size, path: `${id}.png` }, objects })
  const examples = [
    annotated("a", { ...object("cat", 1, 2), crowd: false }, { ...object("dog", 3, 4), crowd: false }),
    annotated("none"),
    annotated("crowd", { ...object("cat", 1, 2), crowd: false }, { ...object("cat", 50, 60, 30), crowd: true }),
    annotated("b", { ...object("dog", 7, 8), crowd: false })
  ]
  const source = Stage.define({
    kind: "data",
    name: "pets",
    module: import.meta.url,
    config: Schema.Struct({ from: Schema.Int }),
    run: ({ from }) => ({ name: "pets", categories: ["cat", "dog"], examples: Rows.of(examples.slice(from)), skipped: 0 })
  })
  const run = (seed: number, from = 0) =>
    Effect.gen(function*() {
      const dataset = yield* expressions(source({ from }), { seed }).run(undefined)
      return { ...dataset, examples: yield* Rows.toArray(dataset.examples) }
    }).pipe(Effect.provide(spool))

  it.effect("asks about one object of each image that has one to be meant, the same for the same seed", () =>
    Effect.gen(function*() {
      const { categories, examples, name } = yield* run(0)
      assert.deepStrictEqual([name, categories], ["pets-expressions", []])
      assert.deepStrictEqual(examples.map(({ id }) => id), ["a", "b"])
      assert.deepInclude(examples[1]!, { expression: "the dog", box: object("dog", 7, 8).box })
      assert.deepStrictEqual((yield* run(0)).examples, examples)
      const drawn = yield* Effect.forEach(Array.from({ length: 20 }, (_, seed) => seed), (seed) => run(seed))
      assert.deepStrictEqual(new Set(drawn.map(({ examples }) => examples[0]!.expression)), new Set(["the cat", "the dog"]))
    }))

  it.effect("fails where nothing can be meant, naming the data set", () =>
    Effect.gen(function*() {
      const empty = Stage.define({
        kind: "data",
        name: "empty",
        module: import.meta.url,
        config: Schema.Struct({}),
        run: () => ({ name: "blank", categories: [], examples: Rows.of([annotated("none")]), skipped: 0 })
      })
      const error = yield* Effect.flip(expressions(empty({})).run(undefined)).pipe(Effect.provide(spool))
      assert.match(error.message, /No image of "blank"/)
    }))
})
