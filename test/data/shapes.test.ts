import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import { copyFileSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Data from "../../src/data/index.ts"
import { svg } from "../../src/vision/scenes/render.ts"
import { label } from "../../src/vision/scenes/scene.ts"
import { toArray } from "../../src/pipeline/Rows.ts"
import { Generated } from "../../src/pipeline/run/services.ts"
import { load } from "../../src/vision/Image.ts"
import { spool } from "../../src/testing.ts"
import { intersection } from "../../src/vision/Box.ts"
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

  const sha = (text: string | Uint8Array) => createHash("sha256").update(text).digest("hex").slice(0, 16)

  it("draws what it always drew, to the last character: models were trained on it", () => {
    const documents = (split: "train" | "validation", seed: number) =>
      sha(Array.from({ length: 200 }, (_, i) => svg(Data.sceneOf({ split, seed, size: { width: 112, height: 112 } }, i))).join("\n"))
    assert.deepStrictEqual([documents("train", 0), documents("validation", 0), documents("train", 7)], ["fa7786316d6e2333", "a299741819d78248", "0eae475a535230ea"])
  })

  it.effect.each([["coco", "0034111c906ecd39"], ["ovdeval", "1e5a2eafbfea4e95"]] as const)("writes what it always wrote in the layout %s", ([layout, hash]) =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      yield* run(folder, { ...small, layout, count: 40 })
      assert.strictEqual(sha(readFileSync(join(folder, readdirSync(folder)[0]!, "annotations.json"))), hash)
    }))

  it.effect("draws small objects alone, all below 0.5 % of the image", () =>
    Effect.gen(function*() {
      const { examples } = yield* run(yield* temporaryFolder, { split: "train", layout: "coco", count: 60, objects: "small" })
      const all = examples.flatMap(({ objects }) => objects)
      assert.isAbove(all.length, 100)
      for (const { area, box } of all) {
        assert.isBelow(area, 0.005 * 112 * 112)
        assert.isAtLeast(box.x2 - box.x1, 5)
      }
    }))

  it.effect("draws many objects of few kinds, clear of each other, none of them small", () =>
    Effect.gen(function*() {
      const { examples } = yield* run(yield* temporaryFolder, { split: "train", layout: "coco", count: 200, objects: "many" })
      const counts = examples.map(({ objects }) => objects.length)
      assert.deepStrictEqual([...new Set(counts)].sort((a, b) => a - b), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
      assert.isAbove(counts.filter((count) => count > 6).length, 50)
      const kinds = examples.map(({ positives }) => positives.length)
      assert.isBelow(kinds.reduce((sum, kind) => sum + kind, 0) / kinds.length, 2.7)
      for (const { objects } of examples) {
        objects.forEach(({ area, box }, i) => {
          assert.isAbove(area, 0.005 * 112 * 112)
          for (const other of objects.slice(i + 1)) assert.strictEqual(intersection(box, other.box), 0)
        })
      }
    }))

  it.effect("shows the same scenes in another style, in files of their own", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const plain = yield* run(folder, { ...small, layout: "ovdeval" })
      const sketch = yield* run(folder, { ...small, layout: "ovdeval", style: "sketch" })
      const told = ({ image: { height, width }, ...example }: Data.Example) => ({ ...example, height, width })
      assert.deepStrictEqual(sketch.examples.map(told), plain.examples.map(told))
      sketch.examples.forEach(({ image }, i) =>
        assert.notDeepEqual(readFileSync(image.path), readFileSync(plain.examples[i]!.image.path)))
    }))

  it("refuses a config that does not fit, naming the key", () => {
    assert.throws(() => Data.shapes({ ...small, layout: "coco", count: 0 }), /shapes: .*[\s\S]*count/)
    assert.throws(() => Data.shapes({ ...small, layout: "coco", size: { width: 8, height: 112 } }), /width/)
  })
})
