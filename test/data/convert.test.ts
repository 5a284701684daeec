/** Data sets written in another layout, and read back. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { convert, type Layout } from "../../src/data/convert/convert.ts"
import * as Data from "../../src/data/index.ts"
import { toArray } from "../../src/pipeline/Rows.ts"
import * as detection from "../../src/task/detection/index.ts"
import * as referring from "../../src/task/referring/index.ts"
import { png, run, writeFiles } from "./support.ts"

const set = Effect.gen(function*() {
  const picture = yield* Effect.promise(() => png(100, 50))
  const folder = yield* writeFiles({
    "pictures/a.png": picture,
    "pictures/sub/b.png": picture,
    "a.json": {
      images: [
        { id: 7, file_name: "a.png", width: 100, height: 50, text: ["<cat> & dog"], neg_text: ["bird"] },
        { id: 9, file_name: "sub/b.png", width: 100, height: 50, text: [], neg_text: ["bird"] }
      ],
      annotations: [
        { id: 0, image_id: 7, category_id: 0, bbox: [10, 5, 20, 25], area: 400, iscrowd: 0 },
        { id: 1, image_id: 7, category_id: 1, bbox: [40, 10, 30, 30], area: 900, iscrowd: 1 }
      ],
      categories: [{ id: 0, name: "<cat> & dog" }, { id: 1, name: "bird" }]
    }
  })
  const images = join(folder, "pictures")
  return { folder, images, dataset: yield* run(Data.ovdeval({ annotations: join(folder, "a.json"), images })) }
})

/** What a data set holds, apart from what a layout has no place for. */
const holds = (dataset: Data.Dataset<Data.Example>, crowds = true) =>
  Effect.map(toArray(dataset.examples), (examples) =>
    examples.map(({ image, objects, positives }) => ({
      image,
      positives,
      objects: objects.filter(({ crowd }) => crowds || !crowd).map(({ box, crowd, label }) => ({ label, box, crowd }))
    })))

const written = (layout: Layout) =>
  Effect.gen(function*() {
    const { dataset, folder, images } = yield* set
    const out = join(folder, "out")
    return { dataset, images, out, ...(yield* convert(dataset, images, layout, out)) }
  })

describe("convert", () => {
  it.effect("to OVDEval's layout keeps everything", () =>
    Effect.gen(function*() {
      const { dataset, files, images } = yield* written("ovdeval")
      const again = yield* run(Data.ovdeval({ annotations: files[0]!, images }))
      assert.deepStrictEqual(again.categories, dataset.categories)
      assert.deepStrictEqual(yield* toArray(again.examples), yield* toArray(dataset.examples))
    }))

  it.effect("to COCO's layout keeps all but what is asked, and counts from 1", () =>
    Effect.gen(function*() {
      const { dataset, files, images } = yield* written("coco")
      const again = yield* run(Data.coco({ annotations: files[0]!, images }))
      assert.deepStrictEqual(yield* holds(again), yield* holds(dataset))
      const document = JSON.parse(readFileSync(files[0]!, "utf8"))
      assert.deepStrictEqual(document.annotations.map(({ id }: { id: number }) => id), [1, 2])
      assert.deepStrictEqual(document.images.map(({ id }: { id: number }) => id), [7, 9])
      assert.notProperty(document.images[0], "text")
    }))

  it.effect("to VOC's layout keeps boxes, labels and crowds", () =>
    Effect.gen(function*() {
      const { dataset, images, out } = yield* written("voc")
      const again = yield* run(Data.voc({ annotations: join(out, "Annotations"), images }))
      assert.deepStrictEqual(yield* holds(again), yield* holds(dataset))
    }))

  it.effect("to YOLO's layout keeps boxes and labels", () =>
    Effect.gen(function*() {
      const { dataset, images, out } = yield* written("yolo")
      const names = join(out, "classes.txt")
      const again = yield* run(Data.yolo({ annotations: join(out, "labels"), images, names }))
      assert.deepStrictEqual(again.categories, dataset.categories)
      const rounded = (examples: Effect.Success<ReturnType<typeof holds>>) =>
        examples.map((example) => ({
          ...example,
          objects: example.objects.map(({ box: { x1, x2, y1, y2 }, label }) => [label, ...[x1, y1, x2, y2].map((value) => value.toFixed(3))]) // six digits of a share
        }))
      assert.deepStrictEqual(rounded(yield* holds(again)), rounded(yield* holds(dataset, false)))
      assert.strictEqual(readFileSync(join(out, "labels/sub/b.txt"), "utf8"), "")
    }))

  it.effect("to VLM-R1's rows asks and answers as detection does, in whole pixels of the file", () =>
    Effect.gen(function*() {
      const { files, images } = yield* written("conversations")
      const [first, second] = yield* toArray(
        (yield* run(Data.conversations({ annotations: files[0]!, images, task: "detection" }))).examples
      )
      assert.match(first!.question, /^Please carefully check the image and detect the following objects: \[('<cat> & dog', 'bird'|'bird', '<cat> & dog')\]/)
      assert.strictEqual(first!.answer, "```json\n[{\"bbox_2d\": [10, 5, 30, 30], \"label\": \"<cat> & dog\"}]\n```")
      assert.deepStrictEqual([second!.answer, second!.image.path], ["None", join(images, "sub/b.png")])
    }))

  it.effect("to VLM-R1's rows, of which the tasks make their examples again", () =>
    Effect.gen(function*() {
      const { dataset, files, images } = yield* written("conversations")
      const rows = (annotations: string, task: string) => Data.conversations({ annotations, images, task })
      const again = yield* run(detection.exchanges(rows(files[0]!, "detection")))
      const labels = ({ negatives, objects, positives }: Data.Example) => ({
        positives: positives.toSorted(),
        negatives: negatives.toSorted(),
        objects: objects.filter(({ crowd }) => !crowd).map(({ box, label }) => ({ box, label }))
      })
      assert.deepStrictEqual((yield* toArray(again.examples)).map(labels), (yield* toArray(dataset.examples)).map(labels))
      assert.deepStrictEqual(again.categories, ["<cat> & dog", "bird"])
      const other = yield* Effect.flip(run(detection.exchanges(rows(files[0]!, "counting"))))
      assert.include(other.message, "holds a list of labels to detect")
    }))

  it.effect("to VLM-R1's rows leaves out pictures that there is nothing to ask about, and counts them", () =>
    Effect.gen(function*() {
      const { folder, images } = yield* set
      const dataset = yield* run(Data.coco({ annotations: join(folder, "a.json"), images }))
      const { files, leftOut } = yield* convert(dataset, images, "conversations", join(folder, "rows"))
      const rows = readFileSync(files[0]!, "utf8").trim().split("\n").map((line) => JSON.parse(line))
      assert.deepStrictEqual([rows.map(({ image }) => image), leftOut], [["a.png"], 1])
      assert.strictEqual((yield* convert(dataset, images, "coco", join(folder, "again"))).leftOut, 0)
    }))

  it.effect("keeps expressions", () =>
    Effect.gen(function*() {
      const rows = [{ image: "a.png", normal_caption: "the cat.", problem: "x", solution: [1.5, 2, 30, 40] }]
      const folder = yield* writeFiles({ "rec.json": rows, "a.png": yield* Effect.promise(() => png(100, 50)) })
      const dataset = yield* run(Data.rec({ annotations: join(folder, "rec.json"), images: folder }))
      const { files: [file] } = yield* convert(dataset, folder, "rec", join(folder, "out"))
      assert.deepStrictEqual(
        yield* toArray((yield* run(Data.rec({ annotations: file!, images: folder }))).examples),
        yield* toArray(dataset.examples)
      )
      const { files: [talk] } = yield* convert(dataset, folder, "conversations", join(folder, "out"))
      const [row] = yield* toArray((yield* run(Data.conversations({ annotations: talk!, images: folder, task: "referring" }))).examples)
      assert.strictEqual(row!.answer, "```json\n{\"bbox_2d\": [2, 2, 30, 40]}\n```")
      const [again] = yield* toArray(
        (yield* run(referring.exchanges(Data.conversations({ annotations: talk!, images: folder, task: "referring" })))).examples
      )
      assert.deepInclude(again!, { expression: "the cat.", box: { space: "original", x1: 2, y1: 2, x2: 30, y2: 40 } })
    }))

  it.effect("refuses a layout for another task, and a folder that cannot be written", () =>
    Effect.gen(function*() {
      const { dataset, folder, images } = yield* set
      const message = (layout: Layout, out: string) => Effect.map(Effect.flip(convert(dataset, images, layout, out)), (error) => error.message)
      assert.include(yield* message("rec", join(folder, "out")), "example 7 is of a task that rec does not hold")
      assert.include(yield* message("coco", join(folder, "a.json")), "cannot be written as coco")
    }))
})
