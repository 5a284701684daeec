import { spawn } from "node:child_process"
import { once } from "node:events"
import { copyFileSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Data from "../../src/data/index.ts"
import { label } from "../../src/vision/scenes/scene.ts"
import { toArray } from "../../src/pipeline/Rows.ts"
import { Generated } from "../../src/pipeline/run/services.ts"
import { load } from "../../src/vision/Image.ts"
import { spool } from "../../src/testing.ts"
import { temporaryFolder } from "./support.ts"

const size = { width: 96, height: 64 }
const small = { split: "validation", count: 12, seed: 4, size } as const

/** The data set, its examples in memory. */
const run = (folder: string, options: Parameters<typeof Data.shapes>[0]) =>
  Effect.gen(function*() {
    const dataset = yield* Data.shapes(options).run(undefined)
    return { ...dataset, examples: yield* toArray(dataset.examples) }
  }).pipe(Effect.provideService(Generated, { folder }), Effect.provide(spool))

const startWriter = (folder: string, options: Parameters<typeof Data.shapes>[0]) =>
  spawn(process.execPath, [fileURLToPath(import.meta.resolve("./children/writer.ts")), folder, JSON.stringify(options)], {
    stdio: ["ignore", "ignore", "inherit"]
  })

const imagesWritten = (folder: string): number =>
  readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith(".png")).length

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

  /** Ways in which a file stops to be what was written, the last one as a power cut would leave it. */
  const spoilt: ReadonlyArray<readonly [what: string, file: string, spoil: (path: string) => void]> = [
    ["a picture cut short", "images/000003.png", (path) => truncateSync(path, 60)],
    ["a picture cut short by its last bytes", "images/000003.png", (path) => truncateSync(path, statSync(path).size - 1)],
    ["a picture replaced by another of the same size", "images/000003.png", (path) =>
      copyFileSync(join(path, "../000004.png"), path)],
    ["an annotation file that was edited", "annotations.json", (path) =>
      writeFileSync(path, readFileSync(path, "utf8").replace("\"bbox\":[", "\"bbox\":[0"))],
    ["an annotation file cut short", "annotations.json", (path) => truncateSync(path, 100)],
    ["no hash beside them, as older sets have none", "sha256", (path) => rmSync(path)],
    ["a file of no bytes", "images/000000.png", (path) => truncateSync(path, 0)]
  ]
  it.effect.each(spoilt)("is made again for %s", ([_, file, spoil]) =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const options = { ...small, layout: "coco" } as const
      const before = yield* run(folder, options)
      const set = join(folder, readdirSync(folder)[0]!)
      const bytes = readFileSync(join(set, file))
      spoil(join(set, file))
      assert.deepStrictEqual(yield* run(folder, options), before)
      assert.deepStrictEqual(readFileSync(join(set, file)), bytes)
      assert.deepStrictEqual(readdirSync(folder), [basename(set)])
    }))

  it.effect("gives two runs at once the same whole set, and leaves nothing else behind", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const options = { ...small, layout: "coco" } as const
      const [a, b] = yield* Effect.all([run(folder, options), run(folder, options)], { concurrency: 2 })
      assert.deepStrictEqual(a, b)
      assert.strictEqual(readdirSync(folder).length, 1)
    }))

  it.effect("comes out whole after a writer was killed at work, whose leavings are cleared", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const options = { ...small, layout: "coco", count: 200 } as const
      yield* Effect.promise(async () => {
        const writer = startWriter(folder, options)
        while (imagesWritten(folder) < 20) await setTimeout(5)
        writer.kill("SIGKILL")
        await once(writer, "exit")
      })
      const left = readdirSync(folder)
      assert.isTrue(left.length === 1 && left[0]!.startsWith(".shapes-"))
      assert.isBelow(imagesWritten(folder), 200)
      const dataset = yield* run(folder, options)
      assert.strictEqual(dataset.examples.length, 200)
      assert.deepStrictEqual(readdirSync(folder).filter((name) => name.startsWith(".")), [])
    }))

  it.effect("is written by two processes at once without harm to either", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const options = { ...small, layout: "ovdeval", count: 60 } as const
      const exits = yield* Effect.promise(() =>
        Promise.all([1, 2].map(async () => (await once(startWriter(folder, options), "exit"))[0] as number))
      )
      assert.deepStrictEqual(exits, [0, 0])
      assert.strictEqual(readdirSync(folder).length, 1)
      assert.strictEqual((yield* run(folder, options)).examples.length, 60)
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
