import { readdirSync, readFileSync, rmSync, statSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Data from "../../src/data/Data.ts"
import { label } from "../../src/data/Scene.ts"
import { Workspace } from "../../src/pipeline/services.ts"
import { load } from "../../src/vision/Image.ts"
import { temporaryFolder } from "./support.ts"

const size = { width: 96, height: 64 }
const small = { split: "validation", count: 12, seed: 4, size } as const

const run = (folder: string, options: Parameters<typeof Data.shapes>[0]) =>
  Data.shapes(options).run().pipe(Effect.provideService(Workspace, { folder }))

/** The one data set in the folder. */
const setIn = (folder: string) => join(folder, readdirSync(folder).find((name) => name.startsWith("shapes-"))!)

describe("Data.shapes", () => {
  it.effect("reads back every object of its scenes in COCO's layout", () =>
    Effect.gen(function*() {
      const dataset = yield* run(yield* temporaryFolder, { ...small, layout: "coco" })
      assert.strictEqual(dataset.examples.length, 12)
      assert.strictEqual(dataset.categories.length, 24)
      dataset.examples.forEach((example, i) => {
        const { shapes } = Data.sceneOf(small, i)
        assert.deepStrictEqual(example.objects.map(({ box, label }) => ({ box, label })), shapes.map((shape) => ({
          box: shape.box,
          label: label(shape)
        })))
        assert.deepStrictEqual(new Set(example.positives), new Set(shapes.map(label)))
        assert.deepStrictEqual(example.negatives, [])
      })
      const picture = yield* load(dataset.examples[0]!.image.path)
      assert.deepInclude(picture, size)
    }))

  it.effect("asks one question an image in OVDEval's layout, and annotates what it asks for", () =>
    Effect.gen(function*() {
      const dataset = yield* run(yield* temporaryFolder, { ...small, layout: "ovdeval", count: 60 })
      for (const example of dataset.examples) {
        assert.isAtLeast(example.positives.length + example.negatives.length, 1)
        assert.deepStrictEqual(new Set(example.objects.map((object) => object.label)), new Set(example.positives))
      }
      assert.isTrue(dataset.examples.some((example) => example.positives.length === 0))
    }))

  it.effect("writes its files once, and again when some are gone", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const options = { ...small, layout: "coco" } as const
      const before = yield* run(folder, options)
      const image = before.examples[3]!.image.path
      const written = statSync(image).mtimeMs
      const bytes = readFileSync(image)
      assert.deepStrictEqual(yield* run(folder, options), before)
      assert.strictEqual(statSync(image).mtimeMs, written)
      rmSync(image)
      assert.deepStrictEqual(yield* run(folder, options), before)
      assert.deepStrictEqual(readFileSync(image), bytes)
    }))

  it.effect("gives two runs at once the same whole set, and leaves nothing else behind", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const options = { ...small, layout: "coco" } as const
      const [a, b] = yield* Effect.all([run(folder, options), run(folder, options)], { concurrency: 2 })
      assert.deepStrictEqual(a, b)
      assert.strictEqual(readdirSync(folder).length, 1)
    }))

  it.effect("clears up after a writer that was killed", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const options = { ...small, layout: "coco" } as const
      yield* run(folder, options)
      const set = setIn(folder)
      const stray = join(folder, `.${set.slice(folder.length + 1)}.999999999.left`)
      mkdirSync(stray)
      writeFileSync(join(stray, "half.png"), "")
      rmSync(set, { recursive: true })
      yield* run(folder, options)
      assert.deepStrictEqual(readdirSync(folder).length, 1)
    }))

  it.effect("names the folder that it cannot write", () =>
    Effect.gen(function*() {
      const folder = join(yield* temporaryFolder, "file")
      writeFileSync(folder, "")
      const error = yield* Effect.flip(run(folder, { ...small, layout: "coco" }))
      assert.strictEqual(error._tag, "DataError")
      assert.include(error.message, folder)
      assert.include(error.message, "Make the folder writable")
    }))

  it("refuses a config that does not fit, naming the key", () => {
    assert.throws(() => Data.shapes({ ...small, layout: "coco", count: 0 }), /shapes: .*[\s\S]*count/)
    assert.throws(() => Data.shapes({ ...small, layout: "coco", size: { width: 8, height: 112 } }), /width/)
  })
})
