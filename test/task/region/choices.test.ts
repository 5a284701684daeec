/** Choices about the objects of an image: one box, one right label, and distractors that are wrong. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stage from "../../../src/pipeline/declare/Stage.ts"
import * as Random from "../../../src/pipeline/Random.ts"
import * as Rows from "../../../src/pipeline/Rows.ts"
import { choices } from "../../../src/task/region/index.ts"
import { offer } from "../../../src/task/region/offer.ts"
import { spool } from "../../../src/testing.ts"
import type { LabeledBox } from "../../../src/vision/Box.ts"
import { label as labelOf, labels, scene } from "../../../src/vision/scenes/scene.ts"

const object = (label: string, x: number, y = 0, side = 10): LabeledBox<"original"> => ({
  label,
  box: { space: "original", x1: x, y1: y, x2: x + side, y2: y + side }
})

const key = Random.key(0)
const sorted = (labels: ReadonlyArray<string>) => [...labels].sort()

describe("what is offered", () => {
  const star = object("red star", 0)
  const others = [object("green circle", 20), object("blue square", 40)]
  const categories = ["blue star", "red circle", "yellow square", "red star", "green circle", "blue square"]

  it("is the label and those of the other objects, before anything that is not there", () => {
    assert.deepStrictEqual(sorted(offer(key, star, [star, ...others], categories, 3)), ["blue square", "green circle", "red star"])
  })

  it("then labels that share a word with it, then the rest, as many as there are", () => {
    assert.deepStrictEqual(sorted(offer(key, star, [star], categories, 3)), ["blue star", "red circle", "red star"])
    assert.deepStrictEqual(sorted(offer(key, star, [star], categories, 100)), sorted(categories))
  })

  it("is no label twice, and none that is right as well", () => {
    const pets = offer(key, object("cat", 0), [object("cat", 0), object("tabby", 1, 1), object("Dog", 50)], ["Cat", "dog", "tabby"], 5)
    assert.deepStrictEqual(sorted(pets), ["Dog", "cat"])
  })

  it("has the true label at each place equally often", () => {
    const at = [0, 0, 0, 0]
    for (let i = 0; i < 4000; i++) at[offer(Random.fold(key, i), star, [star, ...others], categories, 4).indexOf("red star")]!++
    for (const count of at) assert.approximately(count, 1000, 120)
  })
})

describe("Task.region.choices", () => {
  const image = { width: 100, height: 100 }
  const annotated = (id: string, ...objects: ReadonlyArray<LabeledBox<"original"> & { readonly crowd: boolean }>) =>
    ({ id, image: { ...image, path: `${id}.png` }, objects })
  const source = (examples: ReadonlyArray<ReturnType<typeof annotated>>, categories = ["cat", "dog", "bird"]) =>
    Stage.define({
      kind: "data",
      name: "pets",
      module: import.meta.url,
      config: Schema.Struct({}),
      run: () => ({ name: "pets", categories, examples: Rows.of(examples), skipped: 0 })
    })({})
  const run = (data: ReturnType<typeof source>, config: { readonly options?: number; readonly seed?: number } = {}) =>
    Effect.gen(function*() {
      const dataset = yield* choices(data, config).run(undefined)
      return { ...dataset, examples: yield* Rows.toArray(dataset.examples) }
    }).pipe(Effect.provide(spool))

  it.effect("chooses one object of each image, never a crowd or a line, the same for the same seed", () =>
    Effect.gen(function*() {
      const line = { label: "dog", box: { ...object("", 0).box, y2: 0 }, crowd: false }
      const data = source([
        annotated("a", { ...object("cat", 0), crowd: false }, { ...object("dog", 50), crowd: false }),
        annotated("empty"),
        annotated("crowd", { ...object("cat", 0), crowd: true }),
        annotated("line", line, { ...object("bird", 50), crowd: false })
      ])
      const { categories, examples, name } = yield* run(data)
      assert.deepStrictEqual([name, categories], ["pets-choices", []])
      assert.deepStrictEqual(examples.map(({ id }) => id), ["a", "line"])
      assert.deepInclude(examples[1]!, { label: "bird", box: object("", 50).box })
      assert.deepStrictEqual((yield* run(data)).examples, examples)
      const drawn = yield* Effect.forEach(Array.from({ length: 20 }, (_, seed) => seed), (seed) => run(data, { seed }))
      assert.deepStrictEqual(new Set(drawn.map(({ examples }) => examples[0]!.label)), new Set(["cat", "dog"]))
    }))

  it.effect("offers as many options as wanted, one of them right, whatever the scene", () =>
    Effect.gen(function*() {
      const scenes = Array.from({ length: 300 }, (_, i) =>
        annotated(String(i), ...scene(Random.stream(Random.fold(Random.key(3), i)), { width: 112, height: 112 }).shapes
          .map((shape) => ({ label: labelOf(shape), box: shape.box, crowd: false }))))
      const { examples } = yield* run(source(scenes, [...labels]), { options: 6 })
      assert.strictEqual(examples.length, 300)
      for (const { box, id, label, options } of examples) {
        assert.strictEqual(new Set(options).size, 6)
        assert.include(options, label)
        assert.isTrue(scenes[Number(id)]!.objects.some((one) => one.label === label && one.box === box))
      }
    }))

  it.effect("fails where there is nothing to choose, naming the data set", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(run(source([annotated("a", { ...object("cat", 0), crowd: false })], ["cat"])))
      assert.match(error.message, /No image of "pets" holds an object that another label could be offered for/)
    }))

  it("asks for at least two options", () => {
    assert.throws(() => choices(source([]), { options: 1 }), /options/)
  })
})
