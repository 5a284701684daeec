import { execFileSync } from "node:child_process"
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
    [[{ ...row, image_id: 5 }], /\[0\]\.image_id 5 is no image of the truth/],
    [[{ ...row, image_id: "100" }], /\[0\]\.image_id "100" is no image of the truth/],
    [[row, { ...row, bbox: [1, 2, -5, 3] }], /\[1\]\.bbox .*\[1, 2, -5, 3\] has a negative width or height/],
    [[{ ...row, bbox: [1, 2, "3", 4] }], /\[0\]\.bbox\[2\] must be a finite number, not "3"/],
    [[{ ...row, category_id: 1.5 }], /\[0\]\.category_id must be a whole number or a text, not 1\.5/],
    [[{ ...row, category_id: "" }], /\[0\]\.category_id must be a whole number or a text, not ""/],
    [[{ ...row, category_id: null }], /\[0\]\.category_id must be a whole number or a text, not null/],
    ["[{\"score\": NaN}]", /bad\.json is not JSON \(\[0\], from byte 1 on: .*NaN/]
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

  const small = {
    images: [{ id: "a" }, { id: "b" }],
    categories: [{ id: "cat", name: "cat" }, { id: 2, name: "dog" }],
    annotations: [{ image_id: "a", category_id: "cat", bbox: [0, 0, 10, 10] }, { image_id: "b", category_id: 2, bbox: [5, 5, 9, 9] }]
  }
  const found = [{ image_id: "a", category_id: "cat", bbox: [0, 0, 10, 10], score: 0.5 }]

  it.effect("takes texts as ids of images and categories, as data sets do", () =>
    Effect.gen(function*() {
      const result = yield* evaluateFiles({ truth: write("texts.json", small), detections: write("found.json", found) })
      assert.deepStrictEqual(Object.entries(result.perCategoryAp).map(([id, ap]) => [id, Math.round(ap)]), [["2", 0], ["cat", 1]])
      assert.deepStrictEqual(result.categories, { 2: "dog", cat: "cat" })
      assert.deepStrictEqual(result.warnings, [])
    }))

  it.effect("warns once of what other evaluations make something else of", () =>
    Effect.gen(function*() {
      const warnings = (document: object) =>
        Effect.map(evaluateFiles({ truth: write("odd.json", document), detections: write("found.json", found) }), (result) => result.warnings)
      const numbered = small.annotations.map((annotation, id) => ({ ...annotation, id }))
      const [zero, ...more] = yield* warnings({ ...small, annotations: [...numbered, ...numbered] })
      assert.match(zero!, /odd\.json has the id 0, which pycocotools takes for no match/)
      assert.isEmpty(more)
      const federated = small.images.map((image) => ({ ...image, neg_category_ids: [2], not_exhaustive_category_ids: [] }))
      const [lvis, ...others] = yield* warnings({ ...small, images: federated })
      assert.match(lvis!, /odd\.json is annotated as LVIS is.*lower than those of LVIS's own evaluation/)
      assert.isEmpty(others)
    }))

  it.effect("gives the same numbers for ids that are texts as for numbers in their order", () =>
    Effect.gen(function*() {
      const renamed: unknown = JSON.parse(
        JSON.stringify(golden).replaceAll(/"(image_id|id)":(\d+)/g, (_, key, id) => `"${key}":"${String(id).padStart(9, "0")}"`)
          .replaceAll(/"category_id":(\d+)/g, (_, id) => `"category_id":"${String(id).padStart(9, "0")}"`)
      )
      const { detections, groundTruth } = renamed as typeof golden
      const { stats } = yield* evaluateFiles({ truth: write("t.json", groundTruth), detections: write("d.json", detections) })
      golden.stats.forEach((value: number, i: number) => assert.approximately(stats[i]!, value, 1e-9))
    }))

  it.effect("reads the lists of the truth in any order, and skips a byte order mark", () =>
    Effect.gen(function*() {
      const { annotations, categories, images } = golden.groundTruth
      const turned = write("turned.json", `\ufeff${JSON.stringify({ categories, annotations, images })}`)
      const { stats } = yield* evaluateFiles({ truth: turned, detections: write("detections.json", golden.detections) })
      golden.stats.forEach((value: number, i: number) => assert.approximately(stats[i]!, value, 1e-9))
    }))

  it.effect.each<readonly [string, object, RegExp]>([
    ["a negative width", { annotations: [{ image_id: "a", category_id: 2, bbox: [0, 0, -1, 1] }] }, /annotations\[0\]\.bbox .*negative/],
    ["a fractional id", { images: [{ id: 1.5 }] }, /images\[0\]\.id must be a whole number or a text, not 1\.5/],
    ["an image twice", { images: [{ id: "a" }, { id: "a" }] }, /images\[1\]\.id: "a" occurs twice\. Give every row its own id/],
    ["a category twice", { categories: [{ id: 2, name: "x" }, { id: 2, name: "y" }] }, /categories\[1\]\.id: 2 occurs twice/],
    ["a negative area", { annotations: [{ image_id: "a", category_id: 2, bbox: [0, 0, 1, 1], area: -3 }] }, /\.area .*-3 is negative/],
    ["a strange crowd flag", { annotations: [{ image_id: "a", category_id: 2, bbox: [0, 0, 1, 1], iscrowd: 2 }] }, /iscrowd must be 0 or 1/],
    ["no categories", { categories: undefined }, /there is no list "categories"/]
  ])("refuses a truth with %s", ([, change, says]) =>
    Effect.gen(function*() {
      const wrong = write("wrong.json", { ...small, ...change })
      const error = yield* Effect.flip(evaluateFiles({ truth: wrong, detections: write("found.json", found) }))
      assert.match(error.message, says)
      assert.include(error.message, "wrong.json: ")
    }))

  it.effect("counts what plays no part: detections and annotations of what the truth does not list", () =>
    Effect.gen(function*() {
      const strangers = [{ ...found[0], category_id: 99 }, ...found, { ...found[0], category_id: "dog" }]
      const odd = { ...small, annotations: [...small.annotations, { image_id: "c", category_id: 2, bbox: [0, 0, 1, 1] }] }
      const files = { truth: write("odd.json", odd), detections: write("strangers.json", strangers) }
      const { stats, warnings } = yield* evaluateFiles(files)
      const plain = yield* evaluateFiles({ truth: write("plain.json", small), detections: write("found.json", found) })
      assert.deepStrictEqual(stats, plain.stats)
      assert.match(warnings[0]!, /^1 of 3 annotations of .*odd\.json are of images or categories .* annotations\[2\], of image "c"\.$/)
      assert.match(warnings[1]!, /^2 of 3 detections of .*strangers\.json are of categories .* \[0\], of category 99\.$/)
    }))

  it.effect("does not wait for a pipe", () =>
    Effect.gen(function*() {
      const pipe = join(folder, "pipe")
      execFileSync("mkfifo", [pipe])
      for (const files of [{ truth: pipe, detections: truth }, { truth, detections: pipe }]) {
        assert.include((yield* Effect.flip(evaluateFiles(files))).message, "it is a pipe or device")
      }
    }))
})
