/** `assay data`: what a user sees of data sets on disk. */
// @module-tag long
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import sharp from "sharp"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as Effect from "effect/Effect"
import { dataCalled, readData } from "../../src/workspace/DataSets.ts"
import { parquetOf } from "../data/parquet/write.ts"
import { setEnvironment } from "../environment.ts"
import { assay, temporary } from "./support.ts"

let folder: string
let remove: () => void

const write = (name: string, content: unknown) =>
  writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content))

const document = {
  images: [0, 1, 2].map((id) => ({ id, file_name: `${id}.png`, width: 40, height: 30 })),
  annotations: [
    { id: 1, image_id: 0, category_id: 1, bbox: [1, 2, 10, 20], area: 150, iscrowd: 0 },
    { id: 2, image_id: 0, category_id: 2, bbox: [5, 5, 30, 20], area: 600, iscrowd: 0 },
    { id: 3, image_id: 1, category_id: 1, bbox: [0, 0, 40, 30], area: 1200, iscrowd: 1 }
  ],
  categories: [{ id: 1, name: "cat" }, { id: 2, name: "dog" }]
}

beforeAll(async () => {
  ;({ folder, remove } = temporary())
  mkdirSync(join(folder, "images"))
  for (const id of [0, 1, 2]) {
    await sharp({ create: { width: 40, height: 30, channels: 3, background: "#808080" } }).png().toFile(join(folder, "images", `${id}.png`))
  }
  write("good.json", document)
  write("bad.json", {
    ...document,
    images: [...document.images.slice(0, 2), { id: 2, file_name: "none.png", width: 40, height: 30 }],
    annotations: [
      ...document.annotations,
      ...[4, 5, 6, 7].map((id) => ({ id, image_id: 1, category_id: 1, bbox: [1, 1, 0, 5] })),
      { id: 8, image_id: 77, category_id: 1, bbox: [1, 1, 2, 5] }
    ]
  })
  write("rows.jsonl", "{\"image\": \"0.png\", \"problem\": \"Find it.Now\", \"normal_caption\": \"it\", \"solution\": [1, 2, 3, 4]}\n")
})
afterAll(() => remove())

const coco = (name: string) => ["coco", `annotations=${name}.json`, "images=images"]

describe("assay data check", () => {
  it("says that a good data set is good", async () => {
    const ended = await assay(folder, "data", "check", ...coco("good"))
    assert.deepStrictEqual([ended.code, ended.out], [0, ""], ended.err)
    assert.include(ended.err, "good: 3 good, 0 left out, 0 problems.")
  })

  it("counts all problems by kind, shows the first of each, and exits with 3", async () => {
    const ended = await assay(folder, "data", "check", ...coco("bad"))
    assert.strictEqual(ended.code, 3)
    for (const part of ["4 x an empty box", "annotation 4:", "annotation 6:", "and 1 more", "1 x unknown image_id", "1 x a picture that cannot be read"]) {
      assert.include(ended.out, part)
    }
    assert.notInclude(ended.out, "annotation 7:")
    assert.include(ended.err, "bad: 1 good, 3 left out, 6 problems.")
  })

  it("gives the same to scripts", async () => {
    const ended = await assay(folder, "data", "check", ...coco("bad"), "--json", "--first", "1")
    const { count, examples, problems, skipped } = JSON.parse(ended.out)
    assert.deepStrictEqual([ended.code, count, examples, skipped], [3, 6, 1, 3])
    assert.deepStrictEqual(problems.map(({ count, first, kind }: { count: number; first: Array<object>; kind: string }) => [kind, count, first.length]), [
      ["an empty box", 4, 1],
      ["unknown image_id", 1, 1],
      ["a picture that cannot be read", 1, 1]
    ])
  })

  it("names layouts and keys that do not exist", async () => {
    const layout = await assay(folder, "data", "check", "cocoa", "annotations=a")
    assert.strictEqual(layout.code, 2)
    assert.include(layout.err, "There is no layout \"cocoa\". Did you mean \"coco\"?")
    const key = await assay(folder, "data", "check", "coco", "annotation=a", "images=images")
    assert.strictEqual(key.code, 3)
    assert.include(key.err, "annotation")
    const shape = await assay(folder, "data", "check", "coco", "good.json")
    assert.strictEqual(shape.code, 2)
    assert.include(shape.err, "key=value")
    const file = await assay(folder, "data", "check", "coco", "annotations=none.json", "images=images")
    assert.strictEqual(file.code, 3)
    assert.include(file.err, "none.json cannot be read")
  })
})

describe("assay data stats", () => {
  it("counts, and draws what it counts", async () => {
    const ended = await assay(folder, "data", "stats", ...coco("good"), "--out", "figures/stats.png")
    assert.strictEqual(ended.code, 0, ended.err)
    for (const part of ["good: 3 examples on 3 pictures, 2 categories, 0 left out", "2 boxes (2 small, 0 medium, 0 large", "1 crowd regions", "40 x 30"]) {
      assert.include(ended.out, part)
    }
    const { format, height, width } = await sharp(join(folder, "figures/stats.png")).metadata()
    assert.deepStrictEqual([format, width! > 400, height! > 200], ["png", true, true])
    const { boxesPerExample, labels } = JSON.parse((await assay(folder, "data", "stats", ...coco("good"), "--json")).out)
    assert.deepStrictEqual([boxesPerExample, labels], [[["0", 2], ["2", 1]], [["cat", 1], ["dog", 1]]])
  })
})

describe("a data set in Parquet files", () => {
  const parquet = async () => {
    const bytes = readFileSync(join(folder, "images", "0.png"))
    const row = (expression: string) => ({ image: { bytes, path: null }, problem: expression, bbox: [1, 2, 10, 20] })
    for (const name of ["a", "b"]) writeFileSync(join(folder, `${name}.parquet`), parquetOf([row(`the cat in ${name}`)]))
  }

  it("is named with lists and objects in JSON", async () => {
    await parquet()
    const columns = "columns={\"expression\": \"problem\"}"
    const ended = await assay(folder, "data", "stats", "parquet", "files=[\"a.parquet\", \"b.parquet\"]", "as=referring", columns, "--json")
    assert.strictEqual(ended.code, 0, ended.err)
    assert.strictEqual(JSON.parse(ended.out).examples, 2)
  })

  it("has its pictures where runs on ASSAY_DB have them", async () => {
    await parquet()
    const restore = setEnvironment({ ASSAY_DB: join(folder, "other", "runs.db") })
    const config = { files: join(folder, "a.parquet"), as: "referring", columns: { expression: "problem" } }
    await Effect.runPromise(Effect.scoped(Effect.flatMap(dataCalled("parquet", config), readData))).finally(restore)
    assert.isTrue(existsSync(join(folder, "other", ".assay", "workspace", "pictures")))
  })
})

describe("assay data preview", () => {
  it("draws examples with their boxes", async () => {
    const ended = await assay(folder, "data", "preview", ...coco("good"), "--limit", "2", "--out", "preview.png")
    assert.strictEqual(ended.code, 0, ended.err)
    const { data, info } = await sharp(join(folder, "preview.png")).raw().toBuffer({ resolveWithObject: true })
    let green = 0
    for (let i = 0; i < data.length; i += info.channels) if (data[i] === 0 && data[i + 1] === 121 && data[i + 2] === 61) green++
    assert.isAbove(green, 500)
  })
})

describe("assay data convert", () => {
  it("writes a data set that the other reader reads", async () => {
    const ended = await assay(folder, "data", "convert", ...coco("good"), "--to", "yolo", "--out", "yolo")
    assert.strictEqual(ended.code, 0, ended.err)
    const checked = await assay(folder, "data", "check", "yolo", "annotations=yolo/labels", "images=images", "names=yolo/classes.txt")
    assert.strictEqual(checked.code, 0, checked.out + checked.err)
    assert.include(checked.err, "3 good, 0 left out")
  })

  it("says how many examples there was nothing to ask about", async () => {
    const ended = await assay(folder, "data", "convert", ...coco("good"), "--to", "conversations", "--out", "rows")
    assert.strictEqual(ended.code, 0, ended.err)
    assert.strictEqual(readFileSync(join(folder, "rows/conversations.jsonl"), "utf8").trim().split("\n").length, 1)
    assert.include(ended.err, "2 examples without labels left out")
  })

  it("names a layout that is not written", async () => {
    const ended = await assay(folder, "data", "convert", ...coco("good"), "--to", "lvis", "--out", "x")
    assert.strictEqual(ended.code, 2)
    assert.include(ended.err, "There is no layout to write \"lvis\"")
    assert.isFalse(existsSync(join(folder, "x")))
  })
})

describe("assay data lint", () => {
  it("names slips and exits with 3, or mends them on request", async () => {
    const found = await assay(folder, "data", "lint", "rows.jsonl")
    assert.strictEqual(found.code, 3)
    assert.include(found.out, "line 1, problem: has no space after a full stop")
    const mended = await assay(folder, "data", "lint", "rows.jsonl", "--fix", "mended.jsonl")
    assert.strictEqual(mended.code, 0, mended.err)
    assert.include(mended.out, "(mended)")
    assert.include(readFileSync(join(folder, "mended.jsonl"), "utf8"), "Find it. Now")
    assert.strictEqual((await assay(folder, "data", "lint", "mended.jsonl")).code, 0)
    const missing = await assay(folder, "data", "lint", "none.jsonl")
    assert.strictEqual(missing.code, 3)
    assert.include(missing.err, "none.jsonl cannot be read")
  })
})

describe("assay run on a data set from disk", () => {
  it("says what was left out and which pictures are turned, the first of each kind, but not twice what made a run fail", async () => {
    await sharp({ create: { width: 40, height: 30, channels: 3, background: "#808080" } }).withMetadata({ orientation: 6 }).jpeg()
      .toFile(join(folder, "images", "turned.jpg"))
    const files = ["turned.jpg", "turned.jpg", "none.png"]
    write("turned.json", { ...document, images: files.map((file_name, id) => ({ id, file_name, width: 40, height: 30 })) })
    const study = (onBad: string) => `
      import { Data, Experiment, Pipeline, Policy, Prompt } from ${JSON.stringify(fileURLToPath(new URL("../../src/index.ts", import.meta.url)))}
      export default Experiment.make("turned", {
        question: "Which pictures are there?",
        policy: Policy.tiny(),
        seeds: 1,
        axes: { onBad: { ${onBad}: 1 } },
        pipeline: () => Pipeline.from(Data.coco({ annotations: "turned.json", images: "images", onBad: "${onBad}" })).pipe(Prompt.template(Prompt.standard)),
        table: { metrics: [] }
      })`
    write("skip.ts", study("skip"))
    const skipping = await assay(folder, "run", "skip.ts")
    assert.strictEqual(skipping.code, 0, skipping.err)
    assert.match(skipping.err, /In the data, .*\n {2}image 2: .*none\.png cannot be read.*\n {2}image [01]: .*turned\.jpg has the EXIF orientation 6/)
    write("fail.ts", study("fail"))
    const failing = await assay(folder, "run", "fail.ts")
    assert.strictEqual(failing.code, 3)
    // whether the other picture was looked at before the run failed is a matter of time
    assert.match(failing.err, /\n(?:In the data, [^\n]*\n {2}image [01]: [^\n]*turned\.jpg[^\n]*\n)?assay: 1 of 1 runs failed/)
  })
})
