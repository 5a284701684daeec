/** Questions about the number of objects in an image. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stage from "../../../src/pipeline/declare/Stage.ts"
import * as Random from "../../../src/pipeline/Random.ts"
import * as Rows from "../../../src/pipeline/Rows.ts"
import { count } from "../../../src/task/counting/count.ts"
import { questions } from "../../../src/task/counting/index.ts"
import { spool } from "../../../src/testing.ts"

const annotated = (id: string, labels: ReadonlyArray<string>, more: { readonly crowds?: ReadonlyArray<string>; readonly negatives?: ReadonlyArray<string> } = {}) => {
  const object = (label: string, crowd: boolean) => ({ label, crowd, box: { space: "original" as const, x1: 0, y1: 0, x2: 9, y2: 9 } })
  return {
    id,
    image: { path: `${id}.png`, width: 100, height: 100 },
    objects: [...labels.map((label) => object(label, false)), ...(more.crowds ?? []).map((label) => object(label, true))],
    negatives: more.negatives ?? []
  }
}

const categories = ["cat", "dog", "bird"]

/** Everything that is asked of an image, over many keys. */
const asked = (example: ReturnType<typeof annotated>, absent: number) => {
  const found = new Set<string>()
  for (let i = 0; i < 200; i++) {
    const one = count(Random.fold(Random.key(0), i), example, categories, absent)
    found.add(one === undefined ? "nothing" : `${one.label} ${one.count}`)
  }
  return [...found].sort()
}

describe("what is asked of an image", () => {
  it("is how many there are of a label that it holds", () => {
    assert.deepStrictEqual(asked(annotated("a", ["cat", "dog", "cat"]), 0), ["cat 2", "dog 1"])
    assert.deepStrictEqual(asked(annotated("a", []), 0), ["nothing"])
  })

  it("is a label that it lacks in a share of the questions: one it is known to lack, or else a category", () => {
    assert.deepStrictEqual(asked(annotated("a", ["cat", "cat"]), 0.5), ["bird 0", "cat 2", "dog 0"])
    assert.deepStrictEqual(asked(annotated("a", ["cat"], { negatives: ["lynx", "cat"] }), 0.5), ["cat 1", "lynx 0"])
    assert.deepStrictEqual(asked(annotated("a", ["cat", "dog", "bird"]), 1), ["bird 1", "cat 1", "dog 1"])
  })

  it("is never a label that stands in a crowd, neither counted nor absent", () => {
    assert.deepStrictEqual(asked(annotated("a", ["cat", "dog"], { crowds: ["dog"] }), 0.5), ["bird 0", "cat 1"])
  })
})

describe("Task.counting.questions", () => {
  const source = (examples: ReadonlyArray<ReturnType<typeof annotated>>) =>
    Stage.define({
      kind: "data",
      name: "pets",
      module: import.meta.url,
      config: Schema.Struct({}),
      run: () => ({ name: "pets", categories, examples: Rows.of(examples), skipped: 0 })
    })({})
  const run = (examples: ReadonlyArray<ReturnType<typeof annotated>>, config: { readonly absent?: number; readonly seed?: number } = {}) =>
    Effect.gen(function*() {
      const dataset = yield* questions(source(examples), config).run(undefined)
      return { ...dataset, examples: yield* Rows.toArray(dataset.examples) }
    }).pipe(Effect.provide(spool))
  const many = Array.from({ length: 2000 }, (_, i) => annotated(String(i), ["cat", "cat", "dog"]))

  it.effect("asks one question an image, the same for the same seed, a share of them of what is not there", () =>
    Effect.gen(function*() {
      const { categories, examples, name } = yield* run(many, { absent: 0.3 })
      assert.deepStrictEqual([name, categories, examples.length], ["pets-questions", [], 2000])
      assert.approximately(examples.filter(({ count }) => count === 0).length / 2000, 0.3, 0.04)
      assert.deepStrictEqual(Object.keys(examples[0]!), ["id", "image", "label", "count"])
      assert.deepStrictEqual((yield* run(many, { absent: 0.3 })).examples, examples)
      assert.notDeepEqual((yield* run(many, { absent: 0.3, seed: 1 })).examples, examples)
    }))

  it.effect("asks about one in ten of what is not there unless told otherwise, and passes over what it cannot ask about", () =>
    Effect.gen(function*() {
      const { examples } = yield* run([...many, annotated("crowds", [], { crowds: ["cat", "dog", "bird"] })])
      assert.approximately(examples.filter(({ count }) => count === 0).length / 2000, 0.1, 0.03)
      assert.strictEqual(examples.length, 2000)
    }))

  it.effect("fails where nothing can be counted, naming the data set", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(run([annotated("a", [])], { absent: 0 }))
      assert.match(error.message, /No image of "pets" holds anything to count/)
    }))
})
