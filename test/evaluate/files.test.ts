import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { evaluateFiles } from "../../src/evaluate/files.ts"

const folder = mkdtempSync(join(tmpdir(), "assay-files-"))
afterAll(() => rmSync(folder, { recursive: true }))

const write = (name: string, value: unknown): string => {
  const path = join(folder, name)
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value))
  return path
}

const [golden] = JSON.parse(readFileSync(new URL("../golden/coco-eval.json", import.meta.url), "utf8"))
const truth = write("truth.json", golden.groundTruth)

describe("evaluateFiles", () => {
  it.effect("gives COCO's numbers for two files, and NMS-AP when asked", () =>
    Effect.gen(function*() {
      const detections = write("detections.json", golden.detections)
      const plain = yield* evaluateFiles({ truth, detections })
      const nms = yield* evaluateFiles({ truth, detections, nmsAp: true })
      golden.stats.forEach((value: number, i: number) => assert.approximately(plain.stats[i]!, value, 1e-9))
      golden.nmsApStats.forEach((value: number, i: number) => assert.approximately(nms.stats[i]!, value, 1e-9))
      assert.deepStrictEqual(Object.keys(plain.perCategoryAp), Object.keys(golden.perCategoryAp))
      assert.strictEqual(plain.categories["1"], "c0")
    }))

  it.effect("takes the box's area for a missing one, and no crowd for a missing flag", () =>
    Effect.gen(function*() {
      const bare = write("bare.json", {
        images: [{ id: 1 }],
        categories: [{ id: 1, name: "cat" }],
        annotations: [{ image_id: 1, category_id: 1, bbox: [0, 0, 10, 10] }]
      })
      const detections = write("one.json", [{ image_id: 1, category_id: 1, bbox: [0, 0, 10, 10], score: 0.5 }])
      const { stats } = yield* evaluateFiles({ truth: bare, detections })
      assert.approximately(stats[3]!, 1, 1e-9)
      assert.strictEqual(stats[4], -1)
    }))

  const row = { image_id: 100, category_id: 1, bbox: [0, 0, 1, 1], score: 1 }

  it.effect.each<readonly [unknown, RegExp]>([
    ["[{]", /bad\.json is not JSON/],
    [{}, /the file must be a list/],
    [[row, 3], /\[1\] must be an object/],
    [[{ ...row, score: "high" }], /\[0\]\.score must be a finite number, not "high"/],
    [[{ ...row, bbox: [1, 2, 3] }], /\[0\]\.bbox must be \[x, y, width, height\], not a list/],
    [[{ ...row, image_id: 5 }], /\[0\]\.image_id 5 is no image of the truth/]
  ])("names file, row and field: %j", ([value, expected]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(evaluateFiles({ truth, detections: write("bad.json", value) }))
      assert.match(error.message, expected)
      assert.strictEqual(error.path, join(folder, "bad.json"))
    }))

  it.effect("names the field of the truth, and a file that is not there", () =>
    Effect.gen(function*() {
      const broken = write("broken.json", { images: [], categories: [{ id: 1 }], annotations: [] })
      const wrong = yield* Effect.flip(evaluateFiles({ truth: broken, detections: truth }))
      assert.match(wrong.message, /broken\.json: categories\[0\]\.name must be a string/)
      const missing = yield* Effect.flip(evaluateFiles({ truth: join(folder, "none.json"), detections: truth }))
      assert.match(missing.message, /none\.json cannot be read/)
    }))
})
